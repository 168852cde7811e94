"""The round before a round, whether it is open or not, and the reports that a round has because of it.

Of open rounds the registry says it, where DVC reads it too (`follows:`). Of a round that is published or closed it says
nothing any more; what was made of the two rounds does (data/since/<round>/since.json).
"""

from __future__ import annotations

from pipeline.project import Project


def before(project: Project, round_name: str) -> str | None:
    """The round that a round follows, or followed while it was open; None where there is none."""
    if round_name in project.registry.open:
        return project.registry.follows.get(round_name)
    told = project.since_last(round_name) / "since.json"
    previous: str | None = project.read_json(told)["previous"] if told.is_file() else None
    return previous


def due(project: Project, round_name: str, scope: str) -> tuple[str, ...]:
    """The reports that a round has for a scope: of one that is not open those that it had while it was."""
    registry, previous = project.registry, before(project, round_name)
    follows = {**registry.follows, round_name: previous} if previous else registry.follows
    return registry.model_copy(update={"follows": follows}).due(round_name, scope)
