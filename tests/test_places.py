from __future__ import annotations

import pytest
from conftest import blank_records

from pipeline import places as places_of
from pipeline.codebook import Codebook
from pipeline.errors import RegistryError
from pipeline.places import Places, place
from pipeline.project import Project

FALLUJAH = "Fallujah Primary Health Care Sector / قطاع الفلوجة للرعاية الصحية الاولية"


def placed(codebook: Codebook, places: Places, answer: str, workspace: str = FALLUJAH) -> dict[str, str]:
    records = blank_records(codebook, workspace_id=[workspace], subject_id=["X1R0B"], GEO1=[answer])
    return {str(name): str(value) for name, value in place(records, codebook, places).iloc[0].items()}


def test_a_facility_is_known_by_its_subject_within_its_workspace(codebook: Codebook, places: Places) -> None:
    answer = "Anbar Health Department / Fallujah Primary Health Care Sector"
    assert placed(codebook, places, answer) == {
        "facility_id": "anbar-fallujah/X1R0B",
        "directorate": "anbar",
        "sector": "anbar-fallujah",
        "workspace_sector": "anbar-fallujah",
        "region": "federal",
        "governorate": "IQG01",
    }


def test_a_directorate_whose_own_name_holds_the_separator_is_known(codebook: Codebook, places: Places) -> None:
    found = placed(codebook, places, "دائرة صحة بغداد / الكرخ / Dora sector for primary health care")
    assert (found["directorate"], found["sector"]) == ("baghdad-karkh", "baghdad-karkh-dora")


@pytest.mark.parametrize("answer", ["ANBAR  health department", "Anbar Health Department ", "دائرة صحة الانبار"])
def test_a_directorate_is_known_in_other_spellings(codebook: Codebook, places: Places, answer: str) -> None:
    assert placed(codebook, places, answer)["directorate"] == "anbar"


def test_a_sector_is_told_by_the_workspace_only_where_the_answer_names_none(codebook: Codebook, places: Places) -> None:
    assert placed(codebook, places, "Anbar Health Department")["sector"] == "anbar-fallujah"
    assert placed(codebook, places, "Anbar Health Department / Nowhere")["sector"] == "unknown"


def test_a_directorate_that_the_lists_lack_is_unknown_not_guessed(codebook: Codebook, places: Places) -> None:
    assert placed(codebook, places, "Atlantis Health Department / Fallujah")["directorate"] == "unknown"


def test_where_the_answer_is_blank_the_workspace_tells(codebook: Codebook, places: Places) -> None:
    found = placed(codebook, places, "")
    assert (found["directorate"], found["sector"]) == ("anbar", "anbar-fallujah")


def test_an_answer_outside_the_workspace_keeps_its_own_directorate(codebook: Codebook, places: Places) -> None:
    found = placed(codebook, places, "Erbil / Soran sector")
    assert (found["directorate"], found["workspace_sector"]) == ("erbil", "anbar-fallujah")


def test_a_workspace_that_the_lists_lack_still_makes_a_key(codebook: Codebook, places: Places) -> None:
    assert placed(codebook, places, "Erbil", "Mars office / مكتب")["facility_id"] == "mars-office/X1R0B"
    assert placed(codebook, places, "Erbil", "مكتب")["facility_id"].startswith("workspace-")


def test_every_sector_is_known_by_its_workspace(codebook: Codebook, places: Places) -> None:
    sectors = places.sectors
    workspaces = (sectors["name_in_exports"] + " / " + sectors["name_ar"]).tolist()
    records = blank_records(codebook, workspace_id=workspaces, subject_id=["X"] * len(workspaces))
    assert place(records, codebook, places)["sector"].tolist() == sectors["slug"].tolist()


def test_a_registry_and_a_list_that_differ_are_refused(small: Project) -> None:
    path = small.reference("directorates.csv")
    frame = small.read_csv(path)
    small.write_csv(path, frame[frame["slug"] != "erbil"])
    with pytest.raises(RegistryError, match="differ about erbil"):
        places_of.load(small)


def test_every_directorate_has_a_language_that_it_reads_first(places: Places) -> None:
    languages = places.default_language
    assert (languages["basra"], languages["erbil"], languages["duhok"]) == ("ar", "ckb", "ar")
    assert set(languages.values()) == {"ar", "ckb"}
