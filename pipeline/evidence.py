"""Where lies what an auditor asks for: the record of runs, the ledger and its signatures, publications, archives."""

from __future__ import annotations

from pathlib import Path

from pipeline.disk import Disk


class Evidence(Disk):
    """The part of a project that speaks of what was made, said and published."""

    def runs(self) -> Path:
        """The record of runs, a chain: two lines for each run, and one for each stage that it has run."""
        return self.root / "outputs" / "logs" / "runs.jsonl"

    def runs_head(self) -> Path:
        """The hash of the last line of the record of runs, by which a cut end is found."""
        return self.root / "outputs" / "logs" / "runs.head"

    def ledger(self) -> Path:
        """The ledger of approvals, publications and withdrawals, a chain."""
        return self.root / "data" / "ledger.jsonl"

    def signers(self) -> Path:
        """The keys of the offices that review, in the format of OpenSSH's allowed_signers."""
        return self.root / "data" / "signers"

    def approvals(self) -> Path:
        """The folder of what belongs to lines of the ledger: signatures, and copies of what was approved."""
        return self.root / "data" / "approvals"

    def signature(self, digest: str) -> Path:
        """A signature, by the SHA-256 of its bytes."""
        return self.approvals() / f"{digest}.sig"

    def approved_copy(self, core: str) -> Path:
        """The numbers and the text of a report that was reviewed, by the hash of its core."""
        return self.approvals() / f"{core}.json"

    def publications(self) -> Path:
        """The folder of what publications leave in git: for each a manifest, and an errata page once it has one."""
        return self.root / "data" / "publications"

    def publication(self, name: str) -> Path:
        """The manifest of a publication, by its name: round, edition and number, with hyphens."""
        return self.publications() / f"{name}.json"

    def errata(self, name: str, ending: str) -> Path:
        """What has become of a publication since, as en.html, ar.html, ckb.html or csv."""
        return self.publications() / f"{name}.errata.{ending}"

    def archives(self) -> Path:
        """The folder of archives of publications; git and DVC do not know it."""
        return self.root / "data" / "archives"

    def archive_part(self, name: str) -> Path:
        """A part of archives and errata pages: templates, words, the verifier; apart from the look of reports."""
        return self.root / "notebooks" / "archive" / name

    def tracked(self, path: Path) -> Path:
        """The file beside a file or folder that `dvc add` writes its hash into."""
        return path.with_name(f"{path.name}.dvc")

    def changelog(self) -> Path:
        """The changelog, whose *Numbers* a moved number must stand in."""
        return self.root / "CHANGELOG.md"
