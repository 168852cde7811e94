"""The front page in a real browser: it searches, filters, reads from its own side, runs nothing of what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made
import pytest
import yaml
from browser import DESK, PHONE, chromium, needs_browser

from pipeline import index, receipt
from pipeline.index.standing import LANGUAGES
from pipeline.project import Project
from pipeline.spelling import fold

pytestmark = [pytest.mark.slow, needs_browser]

ROUND = "small-2023"
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
# The first is spelt with Arabic yeh and kaf, hamza, tatweel, vowel signs and an old digit.
HOSTILE = [
    "مركـز الأمَل الصحي ٣",
    '</script><script>document.title = "struck"</script>',
    '"><img src=x onerror="document.title = 1">',
    "\u202eevil",
    "x" * 400,
    "=1+1",
]
SPELLINGS = [
    *HOSTILE, "مەڵبەندی تەندروستیی ڕۆژهەڵات", "کەرکووک ۱۲", "  two\tblanks\u00a0here ", "Straße ＡＢＣ ﷺ", "ه\u200cی",
    "ليبيا ى ئ ؤ ة", "ÉCOLE İzmir’s", "٫٣", "\ufeff", "",
]  # fmt: skip


def reports_in(site: Project) -> int:
    """How many reports a round always has."""
    return sum(len(site.registry.reports_of(scope)) for scope in site.scopes)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A round with facilities of hostile names and reports of two directorates, and an older one with nothing there."""
    project = made.copy(tmp_path_factory.mktemp("site"))
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    older = {**registry["rounds"][ROUND], "source": "export", "simulate": None}
    registry["rounds"]["older-2021"] = older
    project.write_text(project.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    project = Project(project.root)
    table = project.read_table(ROUND, "facilities")
    kirkuk = table.index[table["directorate"] == "kirkuk"][: len(HOSTILE)]
    table.loc[kirkuk, "name_local"] = HOSTILE
    table.loc[kirkuk, "name_en"] = [f"Named {word}" for word in WORDS]
    table.loc[kirkuk[0], "ministry_code"] = "HF_CM_KRR_9999"
    project.write_table(ROUND, "facilities", table)
    for scope, languages in (("kirkuk", ("en", "ar")), ("erbil", ("en",))):
        outputs = {project.page(ROUND, scope, "overview", code): f"<p>{code}</p>".encode() for code in languages}
        for path, content in outputs.items():
            project.write_bytes(path, content)
        declared = receipt.declare(project, ROUND, scope, "overview")
        told = {project.relative(path): content for path, content in outputs.items()}
        project.write_json(
            project.receipt(ROUND, scope, "overview"), receipt.document(declared, made.told("open"), told)
        )
    index.index(project)
    return project


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def opened(browser: Any, site: Project) -> Iterator[Any]:
    """The English front page in a window, and what it complained of."""
    page = browser.new_page(viewport={"width": DESK, "height": 800})
    page.goto(site.front_page().as_uri())
    yield page
    page.close()


def type_(page: Any, text: str) -> list[str]:
    """Types into the search as a person does; gives the names of the facilities found."""
    page.get_by_label("Name or ministry code").fill(text)
    return list(page.locator(".found .name").all_text_contents())


def choose(page: Any, name: str, label: str) -> int:
    """Chooses in a filter by its words; gives how many reports are left."""
    page.get_by_label(name, exact=True).select_option(label=label)
    return int(page.locator("tr[data-scope]:visible").count())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_opens_without_a_request_or_a_complaint_and_nothing_flows_over(
    browser: Any, site: Project, language: str, width: int
) -> None:
    page, heard = browser.new_page(viewport={"width": width, "height": 800}), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(site.front_page(language).as_uri())
    page.locator("#search").fill("x")
    page.locator("#search").fill("named")
    assert page.locator(".found li").count() == len(HOSTILE)
    assert heard == [site.front_page(language).as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    title, wide = page.locator("h1").bounding_box(), page.locator("main").bounding_box()
    is_right = page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"
    assert is_right == (language != "en") and title["width"] <= wide["width"]
    page.close()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("named delta", "Named delta"),
        ("DELTA named", "Named delta"),
        ("hf_cm_krr_9999", "Named alpha"),
        ("مرکز الامل 3", "Named alpha"),
        ("الصحي أمل ۳", "Named alpha"),
        ("=1+1", "Named zeta"),
    ],
)
def test_a_facility_is_found_by_name_and_code_in_any_spelling(opened: Any, typed: str, found: str) -> None:
    assert type_(opened, typed) == [found]


def test_the_script_folds_as_python_does(opened: Any) -> None:
    assert opened.evaluate("(texts) => texts.map(fold)", SPELLINGS) == [fold(text) for text in SPELLINGS]


def test_what_is_not_there_is_not_found_and_all_reports_stay(opened: Any, site: Project) -> None:
    before = opened.locator("tr[data-scope]:visible").count()
    assert type_(opened, "no such facility") == []
    assert "Facilities found: 0" in opened.locator("#find").text_content()
    assert opened.locator("tr[data-scope]:visible").count() == before == 2 * (reports_in(site))


def test_a_long_list_is_cut_and_says_so(opened: Any) -> None:
    assert len(type_(opened, "erb_")) == 50
    assert "the first 50 are shown" in opened.locator("#find").text_content()


def test_a_facility_leads_to_its_directorates_report_which_lies_there(opened: Any) -> None:
    type_(opened, "named alpha")
    link = opened.locator(".found a")
    assert link.get_attribute("href") == "small-2023/kirkuk/overview.en.html"
    link.click()
    assert opened.locator("p").text_content() == "en"


def test_reports_are_searched_too(opened: Any) -> None:
    opened.get_by_label("Name or ministry code").fill("kirkuk")
    names = opened.locator("tr[data-scope]:visible th").all_text_contents()
    assert set(names) == {"Kirkuk"} and len(names) == 2


def test_filters_narrow_together_and_are_cleared_at_once(opened: Any, site: Project) -> None:
    reports = reports_in(site)
    assert choose(opened, "Round", ROUND) == reports
    assert choose(opened, "Ministry", "Federal") == 3  # Kirkuk, the People's Clinics, the federal directorates
    assert choose(opened, "Ministry", "Kurdistan Region") == 2
    assert choose(opened, "Reported by", "Erbil") == 1
    assert "Reports shown: 1 of" in opened.locator("#find").text_content()
    assert opened.locator("section.round:visible").count() == 1
    opened.get_by_role("button", name="Show all").click()
    assert opened.locator("tr[data-scope]:visible").count() == 2 * reports
    assert choose(opened, "Language of the page", "العربية") == 1
    opened.get_by_role("button", name="Show all").click()
    assert choose(opened, "Numbers", "open") == 2
    assert choose(opened, "Review", "draft") == 2
    assert choose(opened, "Page", "not made yet") == 0


def test_filters_hold_for_facilities_too(opened: Any) -> None:
    assert type_(opened, "named alpha") == ["Named alpha"]
    choose(opened, "Ministry", "Kurdistan Region")
    assert opened.locator(".found li").count() == 0
    choose(opened, "Ministry", "Federal")
    assert opened.locator(".found li").count() == 1


def test_a_round_whose_facilities_are_not_here_is_told(opened: Any) -> None:
    assert "not in this folder: older-2021" in opened.locator("#find").text_content()


def test_hostile_names_stay_text(opened: Any) -> None:
    assert len(type_(opened, "named")) == len(HOSTILE)
    shown = opened.locator(".found bdi").all_text_contents()
    assert set(HOSTILE) - {HOSTILE[3]} <= set(shown)
    assert opened.locator(".found script, .found img").count() == 0
    assert opened.title() == "HeRAMS Iraq: reports"


def test_without_its_script_the_page_is_whole_but_for_the_search(browser: Any, site: Project) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.front_page("ar").as_uri())
    assert page.locator("tr[data-scope]:visible").count() == 2 * (reports_in(site))
    assert page.locator("#find:visible").count() == 0
    page.get_by_role("link", name="English").first.click()
    assert page.locator("h1").text_content() == "HeRAMS Iraq: reports"
    context.close()


def test_a_script_with_another_letter_is_not_run(browser: Any, site: Project, tmp_path: Path) -> None:
    changed = tmp_path / "index.html"
    changed.write_text(site.read_text(site.front_page()).replace("const SHOWN = 50", "const SHOWN = 51"), "utf-8")
    page = browser.new_page()
    page.goto(changed.as_uri())
    assert page.locator("#find:visible").count() == 0
    page.close()
