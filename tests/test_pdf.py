"""A page as PDF: tagged, right in Arabic, the same bytes each time, and made of the page that the receipt is about."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import made
import pytest
from browser import needs_pango

from pipeline import pdf, receipt
from pipeline.errors import HeramsError, ReportError, UsageError, VerificationError
from pipeline.page.style import sheet
from pipeline.project import Project

WHICH = ("small-2023", "kirkuk", "overview")
# A text that ends where it stands is drawn to the left by its width.
SHIFTED = re.compile(r"1 0 0 1 -(\d[\d.]*) 0 cm")
CHART = (
    '<svg role="img" aria-label="{alt}" viewBox="0 0 300 60" font-family="sans-serif" font-size="9.5">'
    '<path d="M0 20H300V30H0z" fill="#00a27a"/>{texts}</svg>'
)


def page(here: Project, *pieces: str, language: str = "ar") -> str:
    direction = "ltr" if language == "en" else "rtl"
    head = f"<title>كركوك</title><style>{sheet(here)}</style>"
    body = f"<body><main><h1>المراكز الصحية</h1>{''.join(pieces)}</main></body>"
    return f'<!doctype html><html lang="{language}" dir="{direction}"><head>{head}</head>{body}</html>'


def chart(*texts: str, alt: str = "Bars.") -> str:
    return "<figure>" + CHART.format(alt=alt, texts="".join(texts)) + "</figure>"


def printed(page: str) -> str:
    return pdf.printed(page, "foot", uncompressed_pdf=True)[0].decode("latin-1")


@pytest.fixture
def project(tmp_path: Path, here: Project) -> Project:
    """A round with one page on the disk, short, with the receipt that belongs to it."""
    found = made.copy(tmp_path)
    for language in ("en", "ar"):
        found.write_text(found.page(*WHICH, language), page(here, "<p>62</p>", chart(), language=language))
    pages = {
        found.relative(found.page(*WHICH, lang)): found.read_bytes(found.page(*WHICH, lang)) for lang in ("en", "ar")
    }
    told = receipt.document(receipt.declare(found, *WHICH), made.told("open"), pages)
    found.write_json(found.receipt(*WHICH), told)
    return found


@needs_pango
def test_a_pdf_is_tagged_and_says_its_language_and_title(here: Project) -> None:
    found = printed(page(here, "<p>ئەم دامەزراوانە</p>", chart(alt="Bars: water 5 of 9.")))
    assert "/StructTreeRoot" in found and "/MarkInfo" in found
    assert "/Lang (ar)" in found and "/S /H1" in found
    assert "/Alt (Bars: water 5 of 9.)" in found


@needs_pango
def test_the_same_page_gives_the_same_bytes(project: Project) -> None:
    assert pdf.pdf(project, *WHICH).content == pdf.pdf(project, *WHICH).content


@needs_pango
def test_the_bytes_are_the_same_in_another_process(project: Project) -> None:
    script = (
        "import sys, hashlib, pathlib; from pipeline import pdf, project; "
        "found = project.Project(pathlib.Path(sys.argv[1])); "
        f"print(hashlib.sha256(pdf.pdf(found, *{WHICH!r}).content).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script, project.root],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "HOME": str(project.root)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Baghdad"))
    }  # fmt: skip
    assert len(found) == 1


@needs_pango
def test_letters_of_a_chart_are_joined_as_those_of_a_paragraph(here: Project) -> None:
    """Drawn one by one, letters would have their isolated forms, which are other glyphs, and run from the left."""
    for text in ("وسط الموصل", "دامەزراوە 12", "‏100% (3 من 3)"):
        apart = "\u200c".join(text)
        assert in_chart(here, text) == in_paragraph(here, text) != in_paragraph(here, apart), text


@needs_pango
def test_a_label_begins_at_the_right_where_the_page_does(here: Project) -> None:
    label = chart('<text x="150" y="12">12</text>')
    assert not SHIFTED.search(printed(page(here, label, language="en")))
    shift = SHIFTED.search(printed(page(here, label, language="ar")))
    assert shift and float(shift.group(1)) > 5


@needs_pango
def test_a_page_may_load_nothing(here: Project, tmp_path: Path) -> None:
    picture = tmp_path / "x.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>', encoding="utf-8")
    with pytest.raises(ReportError, match=r"disallowed protocol.*x\.svg"):
        printed(page(here, f'<img src="{picture.as_uri()}" alt="x">'))


@needs_pango
def test_a_picture_that_cannot_be_drawn_is_told_rather_than_left_out(here: Project) -> None:
    with pytest.raises(ReportError, match="would not show"):
        printed(page(here, '<img src="data:image/png;base64,AAAA" alt="x">'))


@needs_pango
def test_a_page_that_somebody_changed_is_refused(project: Project) -> None:
    path = project.page(*WHICH)
    project.write_text(path, project.read_text(path).replace("62", "63"))
    with pytest.raises(VerificationError, match="is not the page that its receipt is about"):
        pdf.pdf(project, *WHICH)


@needs_pango
def test_a_page_that_is_older_than_its_inputs_says_so(project: Project) -> None:
    assert pdf.pdf(project, *WHICH, "ar").older_than == ()
    project.write_text(project.look("style.css"), "p { margin: 0 }")
    assert pdf.pdf(project, *WHICH, "ar").older_than == ("notebooks/template/style.css",)


def test_a_page_that_is_not_there_is_told_with_what_makes_it(project: Project) -> None:
    with pytest.raises(ReportError, match=r"overview\.ckb\.html is not there: make the report first"):
        pdf.pdf(project, *WHICH, "ckb")


@pytest.mark.parametrize("which", [("small", *WHICH[1:]), (WHICH[0], "kirkk", WHICH[2]), (*WHICH[:2], "overwiev")])
def test_what_is_not_known_is_told_with_a_near_word(project: Project, which: tuple[str, str, str]) -> None:
    with pytest.raises(UsageError, match="did you mean"):
        pdf.pdf(project, *which)


def test_a_language_without_pages_is_wrong_use(project: Project) -> None:
    with pytest.raises(UsageError, match="unknown language 'fr': known: ar, ckb, en"):
        pdf.pdf(project, *WHICH, "fr")


def test_without_pango_the_cure_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Missing:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "weasyprint":
                print("a long text with an address")  # noqa: T201
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    with pytest.raises(HeramsError, match=r"cannot load library 'libpango-1\.0-0'.*apt-get install libpango"):
        pdf._weasyprint()
    assert capsys.readouterr().out == ""


def glyphs(drawn: str) -> list[str]:
    """The glyphs of a piece of a PDF in the order in which they stand on the sheet."""
    return re.findall(r"<([0-9a-f]+)>", drawn)


def in_chart(here: Project, text: str) -> list[str]:
    found = printed(page(here, chart(f'<text x="300" y="12">{text}</text>')))
    # WeasyPrint sets the text's way of drawing only in charts.
    return glyphs("".join(re.findall(r"BT\n0 Tr\n.*?\nET", found, re.DOTALL)))


def in_paragraph(here: Project, text: str) -> list[str]:
    found = printed(page(here, f"<p>{text}</p>"))
    return glyphs(re.findall(r"BT\n.*?\nET", found, re.DOTALL)[1])
