"""What notebooks call: a brief, and the sections of a page. A notebook chooses and arranges; it makes no number.

Each name below is a section: called with a brief it shows its heading, charts, tables and sentences.
"""

from __future__ import annotations

from IPython.display import display

from pipeline.figures.amenities import (
    amenities_barriers,
    amenities_beside,
    amenities_headlines,
    amenities_levels,
    amenities_places,
    amenities_sources,
    amenities_worst,
)
from pipeline.figures.annual import annual
from pipeline.figures.annual_review import review_beside, review_cards, review_facilities, review_lost
from pipeline.figures.brief import Brief, read
from pipeline.figures.collection import answered, completeness, coverage, gates, progress, sectors, workspaces
from pipeline.figures.domain import (
    domain_areas,
    domain_headlines,
    domain_places,
    domain_priorities,
    service_barriers,
    service_levels,
)
from pipeline.figures.evidence import decisions, evidence, findings, guide, methods, quality, set_aside
from pipeline.figures.expected import expected
from pipeline.figures.facilities import accessibility, condition, functionality, status, support
from pipeline.figures.form_health import form_health, issues
from pipeline.figures.gap_list import gap_list
from pipeline.figures.headlines import headlines, title
from pipeline.figures.hospitals import (
    hospital_beds,
    hospital_directorates,
    hospital_headlines,
    hospital_priorities,
    hospital_services,
    hospital_staff,
    hospital_work,
)
from pipeline.figures.maps import choropleth, tile_map
from pipeline.figures.maps_places import point_map
from pipeline.figures.national import directorates, priorities, reconciliation
from pipeline.figures.operations import operations_beside, operations_headlines, operations_worst, ownership, tiers
from pipeline.figures.population import population
from pipeline.figures.primary_care import (
    centre_areas,
    centre_headlines,
    centre_places,
    centre_priorities,
    centre_services,
    centres,
)
from pipeline.figures.register import register_headlines, register_list, register_parts, register_types
from pipeline.figures.remark import remark
from pipeline.figures.resources import amenities, beds, information, staff
from pipeline.figures.services import barriers, domains, gaps, services
from pipeline.figures.since import since
from pipeline.figures.summary import reading, summary_beside, summary_headlines, summary_worst, unknown
from pipeline.figures.truth import copied, revisits
from pipeline.figures.workforce import (
    cadres,
    health_workers,
    staff_by_type,
    workforce_beside,
    workforce_headlines,
    workforce_worst,
)
from pipeline.kernel.checks import ECHO
from pipeline.project import Project

__all__ = [
    "Brief", "accessibility", "amenities", "amenities_barriers", "amenities_beside", "amenities_headlines",
    "amenities_levels", "amenities_places", "amenities_sources", "amenities_worst", "annual", "answered", "barriers",
    "beds", "cadres", "centre_areas", "centre_headlines", "centre_places", "centre_priorities", "centre_services",
    "centres", "choropleth", "completeness", "condition", "copied", "coverage", "decisions", "directorates",
    "domain_areas", "domain_headlines", "domain_places", "domain_priorities", "domains", "evidence", "expected",
    "findings", "form_health", "functionality", "gap_list", "gaps", "gates", "guide", "headlines", "health_workers",
    "hospital_beds", "hospital_directorates", "hospital_headlines", "hospital_priorities", "hospital_services",
    "hospital_staff", "hospital_work", "information", "issues", "methods", "open_brief", "operations_beside",
    "operations_headlines", "operations_worst", "ownership", "point_map", "population", "priorities", "progress",
    "quality", "reading", "reconciliation", "register_headlines", "register_list", "register_parts", "register_types",
    "remark", "review_beside", "review_cards", "review_facilities", "review_lost", "revisits", "sectors",
    "service_barriers", "service_levels", "services", "set_aside", "since", "staff", "staff_by_type", "status",
    "summary_beside", "summary_headlines", "summary_worst", "support", "tiers", "tile_map", "title", "unknown",
    "workforce_beside", "workforce_headlines", "workforce_worst", "workspaces",
]  # fmt: skip


def open_brief(round: str, scope: str, report: str) -> Brief:  # noqa: A002 - the parameter's name
    """The brief of a report in all languages of the registry; says back which parameters the kernel has.

    What it says back shows that a page is about what was asked for.
    """
    project = Project.find()
    brief = read(project, round, scope, report, project.registry.languages)
    asked = {"round": round, "scope": scope, "report": report}
    display({ECHO: asked, "text/plain": f"brief: {round}, {scope}, {report}"}, raw=True)  # type: ignore[no-untyped-call]
    return brief
