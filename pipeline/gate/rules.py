"""The names that suites may use, and the rules behind them: `expectation` in a suite is a key of EXPECTATIONS.

A rule is a function of the case and of its parameters, which are the suite's `kwargs`; it returns the offending cells
as `gate.case` describes them. Its docstring says what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from pipeline.gate import answers as gate_answers
from pipeline.gate import boundaries as gate_boundaries
from pipeline.gate import doubts as gate_doubts
from pipeline.gate import drift as gate_drift
from pipeline.gate import earlier as gate_earlier
from pipeline.gate import facts as gate_facts
from pipeline.gate import habits as gate_habits
from pipeline.gate import measures as gate_measures
from pipeline.gate import tables as gate_tables
from pipeline.gate import twins as gate_twins

Rule = Callable[..., pd.DataFrame]

EXPECTATIONS: Mapping[str, Rule] = {
    # records: who reports, where and when
    "ExpectColumnsOfCodebook": gate_drift.columns_of_codebook,
    "ExpectNoPersonalColumn": gate_facts.no_personal_column,
    "ExpectRowsAccounted": gate_facts.rows_accounted,
    "ExpectExportReadWithoutDoubt": gate_facts.export_read_without_doubt,
    "ExpectAnswersGivenAnew": gate_facts.answers_given_anew,
    "ExpectKeysPresentAndUnique": gate_facts.keys_present_and_unique,
    "ExpectSubjectOfOneDirectorate": gate_facts.subject_of_one_directorate,
    "ExpectDirectorateKnown": gate_facts.directorate_known,
    "ExpectDirectoratesPresent": gate_facts.directorates_present,
    "ExpectSectorKnown": gate_facts.sector_known,
    "ExpectDirectorateAsWorkspace": gate_facts.directorate_as_workspace,
    "ExpectDateInWindow": gate_facts.date_in_window,
    "ExpectCodeOfDirectorate": gate_facts.code_of_directorate,
    "ExpectCodesFilledIn": gate_facts.codes_filled_in,
    "ExpectCodesOfOneFacility": gate_facts.codes_of_one_facility,
    # records: what follows from the codebook
    "ExpectValuesInCodebook": gate_answers.values_in_codebook,
    "ExpectOptionsOfCodebook": gate_drift.options_of_codebook,
    "ExpectNumbersInRange": gate_answers.numbers_in_range,
    "ExpectChoicesToKeepConstraints": gate_answers.choices_keep_constraints,
    "ExpectAnswersOnlyWhereAsked": gate_answers.answers_only_where_asked,
    "ExpectBarriersIfAndOnlyIfLacking": gate_answers.barriers_where_lacking,
    "ExpectRanksWithoutGaps": gate_answers.ranks_without_gaps,
    "ExpectRequiredAnswers": gate_answers.required_answers,
    # records: possible, and yet doubtful
    "ExpectCoordinatesPresent": gate_doubts.coordinates_present,
    "ExpectCoordinatesOfOneFacility": gate_doubts.coordinates_of_one_facility,
    "ExpectCoordinatesFine": gate_doubts.coordinates_fine,
    "ExpectBoundariesKnown": gate_boundaries.boundaries_known,
    "ExpectCoordinatesInGovernorate": gate_boundaries.coordinates_in_governorate,
    "ExpectNoNearDuplicates": gate_twins.no_near_duplicates,
    "ExpectCatchmentKnown": gate_doubts.catchment_known,
    "ExpectCatchmentUsualForType": gate_doubts.catchment_usual_for_type,
    "ExpectCatchmentOfOneFacility": gate_doubts.catchment_of_one_facility,
    "ExpectClassOfType": gate_doubts.class_of_type,
    "ExpectAvailableIsNotZero": gate_doubts.available_is_not_zero,
    "ExpectFunctioningHasStaff": gate_doubts.functioning_has_staff,
    "ExpectBuildingRelevant": gate_doubts.building_relevant,
    "ExpectOtherIsNoChoice": gate_habits.other_is_no_choice,
    "ExpectModulesComplete": gate_habits.modules_complete,
    "ExpectNoLongRuns": gate_habits.no_long_runs,
    # records: held against the last list
    "ExpectEarlierListKnown": gate_earlier.earlier_list_known,
    "ExpectFacilitiesStillThere": gate_earlier.facilities_still_there,
    "ExpectFacilitiesOnEarlierList": gate_earlier.facilities_on_earlier_list,
    "ExpectStateAsBefore": gate_earlier.state_as_before,
    "ExpectTypeAsBefore": gate_earlier.type_as_before,
    "ExpectPlaceAsBefore": gate_earlier.place_as_before,
    "ExpectNumberAsBefore": gate_earlier.number_as_before,
    "ExpectNumberNotFallen": gate_earlier.number_not_fallen,
    # our own tables
    "ExpectColumnsToBe": gate_tables.columns_are,
    "ExpectKeysUnique": gate_tables.keys_unique,
    "ExpectEveryFacility": gate_tables.every_facility_present,
    "ExpectValuesToBe": gate_tables.values_are,
    "ExpectNumbersBetween": gate_tables.numbers_between,
    "ExpectFacilityWordsKnown": gate_tables.facility_words_known,
    "ExpectAnswersKnown": gate_tables.answers_known,
    "ExpectBarriersKnown": gate_tables.barriers_known,
    "ExpectBarriersOnlyWhereLacking": gate_tables.barriers_only_where_lacking,
    "ExpectOptionsKnown": gate_tables.options_known,
    "ExpectCountsOnlyWhereAnswered": gate_tables.counts_only_where_answered,
    "ExpectAnswersAsInRecords": gate_tables.answers_as_in_records,
    "ExpectOptionsAsInRecords": gate_tables.options_as_in_records,
    "ExpectPeopleAsInRecords": gate_tables.people_as_in_records,
    "ExpectDoubleReportsDeclared": gate_tables.double_reports_declared,
    # measures
    "ExpectScopesKnown": gate_measures.scopes_known,
    "ExpectIndicatorsKnown": gate_measures.indicators_known,
    "ExpectSharesWithinOne": gate_measures.shares_within_one,
    "ExpectValuesOrReasons": gate_measures.values_or_reasons,
    "ExpectDirectoratesAddUp": gate_measures.directorates_add_up,
    "ExpectCoreIndicatorsPresent": gate_measures.core_indicators_present,
}
