"""The pieces of a section as they come out of a notebook's cell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.figures.html import Chart, Html, heading, paragraph
from pipeline.figures.section import together

CHART = Chart("<svg></svg>", "beds by sector", "Beds")


def test_texts_that_follow_each_other_are_one_output_and_a_chart_stands_apart() -> None:
    found = together([heading("Beds"), paragraph("Few."), CHART, paragraph("<b>"), paragraph("Many.")])
    assert found == [
        Html(heading("Beds").markup + "\n" + paragraph("Few.").markup, "Beds", 2),
        CHART,
        Html(paragraph("<b>").markup + "\n" + paragraph("Many.").markup),
    ]


def test_every_heading_of_a_section_is_told_to_the_contents() -> None:
    found = together([paragraph("First."), heading("Beds"), heading("General", 3), heading("Staff")])
    assert [(piece.heading, piece.level) for piece in found] == [("", 0), ("Beds", 2), ("Staff", 2)]


@given(st.lists(st.sampled_from([heading("Beds"), heading("General", 3), paragraph("Few."), CHART])))
def test_nothing_is_lost_and_nothing_moves(pieces: list[Html | Chart]) -> None:
    def shown(parts: list[Html | Chart]) -> str:
        return "\n".join(str(part.markup) if isinstance(part, Html) else part.svg for part in parts)

    assert shown(together(pieces)) == shown(pieces)
