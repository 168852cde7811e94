"""The look: only pieces of `figures` on a page, and nothing in it that runs, loads or leads outside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from made import notebook
from nbformat import NotebookNode, from_dict

from pipeline import page, words
from pipeline.errors import ReportError
from pipeline.figures.html import heading, named, paragraph, table
from pipeline.page.checks import faults
from pipeline.plain import plain
from pipeline.project import Project

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0"/></svg>'
TITLE = str(heading("Anbar", 1).markup)


def output(data: dict, piece: str = "title", also: dict | None = None, **told: Any) -> NotebookNode:
    metadata = {"herams": {"piece": piece, "shown": "html", **told}} | (also or {})
    return from_dict({"output_type": "display_data", "data": data, "metadata": metadata})


def chart(alt: str = "Bars: water 5 of 9.", caption: str = "Water.") -> NotebookNode:
    return output({"image/svg+xml": SVG}, also={"image/svg+xml": {"alt": alt, "caption": caption, "note": ""}})


def executed(*outputs: NotebookNode, source: str = "figures.title(brief)") -> Any:
    made = notebook(source)
    made.cells[-1].outputs = [output({"text/html": TITLE}), *outputs]
    return made


def rendered(project: Project, made: Any) -> str:
    say = words.load(project, "en")
    told = {word: say(f"frame_{word}") for word in ("skip", "draft", "contents", "footer", "receipt")}
    frame = page.Frame("Anbar & <b>", "en", "open", "abc123def456", "p { margin: 0 }", told)
    (found,) = page.render(made, [frame], project.read_text(project.look("report.html.j2")))
    return found


def test_a_page_has_language_policy_skip_link_banner_and_receipt(here: Project) -> None:
    found = rendered(here, executed(chart()))
    assert '<html lang="en" dir="ltr">' in found
    assert "default-src 'none'" in found
    assert found.count("<!-- banner -->") == found.count("<!-- /banner -->") == 1
    assert 'href="#report"' in found
    assert "<code>abc123def456</code>" in found
    assert "<title>Anbar &amp; &lt;b&gt;</title>" in found


def test_a_chart_stands_in_the_page_with_its_text_and_without_an_address(here: Project) -> None:
    found = rendered(here, executed(chart(alt='Bars: "water" <5>')))
    assert 'role="img" aria-label="Bars: &#34;water&#34; &lt;5&gt;"' in found
    assert "://" not in found
    assert "<script" not in found


@pytest.mark.parametrize("alt", ["", " ", "image", "No description has been provided for this image", "Figure."])
def test_a_chart_without_a_real_alternative_text_is_refused(here: Project, alt: str) -> None:
    with pytest.raises(ReportError, match="without an alternative text"):
        rendered(here, executed(chart(alt=alt)))


def test_a_chart_without_a_caption_is_refused(here: Project) -> None:
    with pytest.raises(ReportError, match="without a caption"):
        rendered(here, executed(chart(caption="")))


@pytest.mark.parametrize(
    "kind", ["application/vnd.plotly.v1+json", "application/javascript", "image/png", "text/markdown", "text/latex"]
)
def test_what_a_page_cannot_show_is_refused(here: Project, kind: str) -> None:
    with pytest.raises(ReportError, match="a page shows"):
        rendered(here, executed(output({kind: "x", "text/plain": "x"})))


def test_html_that_no_function_of_figures_made_is_refused(here: Project) -> None:
    stray = from_dict({"output_type": "execute_result", "data": {"text/html": "<b>1</b>"}, "metadata": {}})
    with pytest.raises(ReportError, match="which no function of `figures` made"):
        rendered(here, executed(stray))


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_printed_text_is_refused(here: Project, name: str) -> None:
    stray = from_dict({"output_type": "stream", "name": name, "text": "hello"})
    with pytest.raises(ReportError, match=f"wrote to {name}"):
        rendered(here, executed(stray))


def test_an_error_in_an_output_is_refused(here: Project) -> None:
    stray = from_dict({"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []})
    with pytest.raises(ReportError, match="ended with KeyError"):
        rendered(here, executed(stray))


def test_a_figure_that_the_notebook_names_and_the_page_lacks_is_refused(here: Project) -> None:
    with pytest.raises(ReportError, match="names title, beds and shows title"):
        rendered(here, executed(source="figures.title(brief)\nfigures.beds(brief)"))


def test_a_figure_that_the_notebook_does_not_name_is_refused(here: Project) -> None:
    with pytest.raises(ReportError, match="names nothing and shows title"):
        rendered(here, executed(source="from pipeline.figures import title\ntitle(brief)"))


def test_a_paragraph_of_markdown_is_refused_rather_than_dropped(here: Project) -> None:
    made = executed()
    made.cells.append(from_dict({"cell_type": "markdown", "id": "m", "metadata": {}, "source": "# Hi"}))
    with pytest.raises(ReportError, match="is Markdown"):
        rendered(here, made)


def test_sections_that_were_left_out_leave_no_trace_but_their_name(here: Project) -> None:
    left = output({"text/plain": "beds: left out"}, piece="beds", left_out="closed")
    del left.metadata.herams["shown"]
    found = rendered(here, executed(left, source="figures.title(brief)\nfigures.beds(brief)"))
    assert "beds" not in found


def test_hostile_names_stay_text(here: Project) -> None:
    names = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "‮evil", "x" * 400, "=1+1", "http://x.test"]
    rows = [[named(name), "1"] for name in names]
    found = rendered(here, executed(output({"text/html": str(table("Names", ["Name", "n"], rows).markup)})))
    assert "<script" not in found and "<img" not in found and "://" not in found
    assert "&lt;script&gt;" in found and "<bdi>‮evil</bdi>" in found and "x" * 400 in found


def test_a_name_says_its_language_where_its_letters_do() -> None:
    assert named("مستشفى 3") == '<bdi lang="ar">مستشفى 3</bdi>'
    assert named("نەخۆشخانەی X") == '<bdi lang="ckb">نەخۆشخانەی X</bdi>'
    assert named("Mobile team ٣") == "<bdi>Mobile team ٣</bdi>"


def test_a_legend_is_text_beside_swatches(here: Project) -> None:
    drawn = chart()
    drawn.metadata["image/svg+xml"]["legend"] = [["not_available", "<none>"], ["mark", "Iraq"]]
    found = rendered(here, executed(drawn))
    assert '<li><i class="swatch not_available"></i>&lt;none&gt;</li>' in found
    assert '<ul class="legend">' not in rendered(here, executed(chart()))


def test_a_page_is_named_after_its_report_so_that_a_summary_prints_on_two_sheets(here: Project) -> None:
    frame = page.Frame(
        "A", "ar", "open", "abc", "", dict.fromkeys(("skip", "draft", "contents", "footer", "receipt"), "x")
    )
    template = here.read_text(here.look("report.html.j2"))
    usual, summary = page.render(executed(), [frame, replace(frame, report="summary")], template)
    assert '<body class="open">' in usual and '<body class="open summary">' in summary


def test_control_characters_and_addresses_are_taken_out_of_names() -> None:
    assert plain("a\x00b\x1b[1m\ufeff") == "ab[1m"
    assert plain("see https://x.test or ftp://y") == "see https: //x.test or ftp: //y"


BAD = {
    "<script>1</script>": "<script>",
    '<p onclick="x()">a</p>': "onclick",
    '<a href="other.html">a</a>': "leads out",
    '<a href="javascript:x">a</a>': "leads out",
    '<p style="background:url(x.png)">a</p>': "loads something",
    "<style>@import 'x.css';</style>": "loads something",
    "<style>p { background: url(data:image/png;base64,AA) }</style>": "loads something",
    "<style>@font-face { src: url(x.woff2) }</style>": "loads something",
    '<img src="x.png" alt="x">': "leads out",
    "<iframe></iframe>": "<iframe>",
    '<meta http-equiv="refresh" content="1">': "leads elsewhere",
    "<p>see http://x.test</p>": "an address",
    '<svg viewBox="0 0 1 1"></svg>': "alternative text",
    "<table><tr><th>a</th></tr></table>": "without scope",
    "<table><tr><td>a</td></tr></table>": "no caption",
    "<h4>a</h4>": "a heading h4 follows h1",
    "<h1>again</h1>": "one h1",
    '<p id="report">a</p>': "stands there 2 times",
    '<a href="#nowhere">a</a>': "#nowhere",
    '<p aria-labelledby="no-one">a</p>': "#no-one",
    "<!-- banner --><!-- /banner -->": "banner",
    "x" * 300_000: "bytes",
}


@pytest.mark.parametrize("piece", BAD, ids=lambda piece: piece[:24])
def test_what_may_not_stand_in_a_page_is_named(here: Project, piece: str) -> None:
    with pytest.raises(page.UnfitPageError) as failure:
        rendered(here, executed(output({"text/html": piece})))
    assert BAD[piece] in str(failure.value)


def test_a_good_page_has_no_faults(here: Project) -> None:
    found = rendered(here, executed(output({"text/html": str(paragraph("All is well.").markup)}), chart()))
    assert faults(found) == []


def test_the_contents_name_every_section(here: Project) -> None:
    beds = output({"text/html": str(heading("Beds").markup)}, piece="beds", heading="Beds", level=2)
    made = executed()
    second = notebook("figures.beds(brief)").cells[-1]
    second.outputs, second.id = [beds], "beds"
    made.cells.append(second)
    found = rendered(here, made)
    assert '<li><a href="#beds">Beds</a></li>' in found
    assert '<section id="beds"' in found
