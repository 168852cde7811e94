"""Pages as a browser shows them: to the side that their language reads from, on a telephone, to a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made
import pytest
from browser import DESK, OUTSIDE, PHONE, chromium, complaints_of_axe, needs_browser, opened

from pipeline import index, report, revision
from pipeline.forms import feedback, look
from pipeline.forms.manual import manual
from pipeline.forms.paper import Paper, paper
from pipeline.project import Project
from pipeline.revision import page as workshop
from pipeline.words import DIRECTIONS

pytestmark = [pytest.mark.slow, needs_browser]
HOSTILE = [
    "<script>window.struck = 1</script>",
    '"><img src=x onerror="window.struck = 1">',
    "\u202eevil\u202a",
    "x" * 400,
    "=1+1",
    "مستشفى <b>المنصور",
]
# The texts of charts that stand outside of their chart, and those that lie on another.
CHART_TEXTS = """(() => {
  const outside = [], over = [];
  for (const chart of document.querySelectorAll("svg")) {
    const all = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll("text")].map(one => [one.textContent, one.getBoundingClientRect()]);
    texts.forEach(([said, box], place) => {
      if (box.left < all.left - 3 || box.right > all.right + 3) outside.push(said);
      for (const [other, its] of texts.slice(place + 1)) {
        const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
        const down = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
        if (across > 1 && down > box.height / 3) over.push([said, other]);
      }
    });
  }
  return [outside, over];
})()"""
LANGUAGES = tuple(Project(Path(__file__).parents[1]).registry.languages)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A directorate's report whose facilities have hostile names, and the front page."""
    project = made.copy(tmp_path_factory.mktemp("site"))
    place = project.brief(made.round_of(project), "kirkuk", "overview") / "facilities.csv"
    names = project.read_csv(place)
    for row, name in enumerate(HOSTILE):
        names.loc[row, ["name_en", "name_local"]] = name
    project.write_csv(place, names)
    report.report(project, made.round_of(project), "kirkuk", "overview")
    index.index(project)
    return project


@pytest.fixture(scope="module")
def browser(site: Project) -> Iterator[Any]:
    with chromium() as found:
        yield found


def page_of(project: Project, language: str) -> Path:
    if language == "front":
        return project.front_page()
    return project.page(made.round_of(project), "kirkuk", "overview", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_reads_from_the_side_of_its_language(site: Project, browser: Any, language: str) -> None:
    with opened(browser, page_of(site, language)) as page:
        assert page.says("getComputedStyle(document.body).direction") == DIRECTIONS[language]
        heading, first, last = page.says(
            "['main h2', 'thead th:first-child', 'thead th:last-child']"
            ".map(one => document.querySelector(one).getBoundingClientRect()).map(box => [box.left, box.right])"
        )
        is_right = DIRECTIONS[language] == "rtl"
        assert (first[0] > last[0]) is is_right
        # A table begins where its heading does.
        assert abs(first[is_right] - heading[is_right]) < 2


@pytest.mark.parametrize("language", [*LANGUAGES, "front"])
def test_a_page_asks_for_nothing_and_complains_of_nothing(site: Project, browser: Any, language: str) -> None:
    with opened(browser, page_of(site, language)) as page:
        assert (page.asked, page.complaints) == ([], [])


@pytest.mark.parametrize("language", [*LANGUAGES, "front"])
def test_a_page_is_set_in_its_own_font_in_both_weights(site: Project, browser: Any, language: str) -> None:
    with opened(browser, page_of(site, language)) as page:
        loaded = page.says("document.fonts.ready.then(fonts => [...fonts].map(f => [f.family, f.weight, f.status]))")
        assert sorted(map(tuple, loaded)) == [("Vazirmatn", "400", "loaded"), ("Vazirmatn", "700", "loaded")]


@pytest.mark.parametrize("language", [*LANGUAGES, "front"])
def test_nothing_is_wider_than_a_telephone(site: Project, browser: Any, language: str) -> None:
    with opened(browser, page_of(site, language), PHONE) as page:
        assert page.says("document.documentElement.scrollWidth") == PHONE
        assert page.says(OUTSIDE) == []


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_of_a_chart_stay_in_it_and_apart(site: Project, browser: Any, language: str, width: int) -> None:
    with opened(browser, page_of(site, language), width) as page:
        outside, over = page.says(CHART_TEXTS)
        assert (outside, over) == ([], [])
        assert page.says("document.querySelectorAll('svg text').length") > 100


@pytest.mark.parametrize("language", [*LANGUAGES, "front"])
def test_axe_finds_nothing(site: Project, browser: Any, language: str) -> None:
    with opened(browser, page_of(site, language)) as page:
        assert complaints_of_axe(page.page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_stay_text(site: Project, browser: Any, language: str) -> None:
    with opened(browser, page_of(site, language)) as page:
        said = page.says("[...document.querySelectorAll('main bdi')].map(one => one.textContent)")
        assert set(HOSTILE) <= set(said)
        assert page.says("[window.struck, document.querySelectorAll('script, img, bdi *').length]") == [None, 0]


def test_a_name_that_turns_round_leaves_what_stands_beside_it(site: Project, browser: Any) -> None:
    """U+202E would turn the rest of a line; <bdi> ends it with the name."""
    with opened(browser, page_of(site, "en")) as page:
        row = "[...document.querySelectorAll('main bdi')].find(one => one.textContent.includes('evil')).closest('tr')"
        cells = page.says(f"[...{row}.cells].map(cell => cell.getBoundingClientRect().left)")
        assert cells == sorted(cells)


def test_the_skip_link_is_the_first_stop_and_leads_to_the_report(site: Project, browser: Any) -> None:
    with opened(browser, page_of(site, "en")) as page:
        page.page.keyboard.press("Tab")
        assert page.says("document.activeElement.className") == "skip"
        assert page.says("document.activeElement.getBoundingClientRect().left") >= 0
        page.page.keyboard.press("Enter")
        assert page.says("location.hash") == "#report"


# --- what is made besides reports ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def others(site: Project) -> dict[str, str]:
    """The page of the workshop, the form on paper, the handbook, and a page of feedback, by name."""
    form = site.registry.rounds[made.round_of(site)].form
    _, told = next(feedback.feedback(site, made.round_of(site), directorate="erbil"))
    beside = revision.beside(site, "iraq-2022", "iraq-2024")
    return {
        "workshop": workshop.rendered(site, beside, "ckb"),
        "paper": printable(site, paper(site, form, "ar")),
        "handbook": printable(site, manual(site, form, "en")),
        "feedback": printable(site, told),
    }


def printable(project: Project, made_: Paper) -> str:
    return look.page(project, made_.say, made_.title, made_.sheets)


@pytest.mark.parametrize("name", ["workshop", "paper", "handbook", "feedback"])
def test_what_is_made_besides_reports_fits_a_telephone_and_axe_finds_nothing(
    others: dict[str, str], browser: Any, tmp_path: Path, name: str
) -> None:
    (tmp_path / "page.html").write_text(others[name], "utf-8")
    with opened(browser, tmp_path / "page.html", PHONE) as page:
        assert (page.asked, page.complaints) == ([], [])
        assert page.says("document.documentElement.scrollWidth") == PHONE
        assert page.says(OUTSIDE) == []
        assert complaints_of_axe(page.page) == []
