"""The rules as Great Expectations knows them: one expectation class for each, made of the rule's function.

Each looks at many columns of a whole table at once and returns the offending cells. A class has the function's
parameters as fields with strict types, so that a misspelt or wrongly typed one is refused when the suite is built:
Great Expectations itself would only log it, drop the expectation, and pass.

Importing this module imports Great Expectations, which takes seconds: import it late.
"""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, ClassVar, cast, get_type_hints

import great_expectations as gx
import pandas as pd
from great_expectations.compatibility import pydantic
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation, MetaExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.v1_validator import Validator

from pipeline.errors import SuiteError, unknown
from pipeline.gate.case import Case
from pipeline.gate.findings import Outcome
from pipeline.gate.rules import EXPECTATIONS, Rule
from pipeline.gate.suite import Line, Suite

TABLE = "herams.whole_table"
# Great Expectations builds expectations anew from their parameters, so what explains a table cannot be handed to them.
CASE: ContextVar[Case] = ContextVar("case")
STRICT: Mapping[Any, Any] = {
    int: pydantic.StrictInt,
    float: pydantic.StrictInt | pydantic.StrictFloat,
    float | None: pydantic.StrictInt | pydantic.StrictFloat | None,
    str: pydantic.StrictStr,
    bool: pydantic.StrictBool,
    Sequence[int]: list[pydantic.StrictInt],
    Sequence[str]: list[pydantic.StrictStr],
    Mapping[str, Sequence[str]]: dict[pydantic.StrictStr, list[pydantic.StrictStr]],
}


class WholeTable(TableMetricProvider):
    """The table as Great Expectations holds it."""

    metric_name = TABLE

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(  # Great Expectations gives all of these by name
        cls,  # noqa: N805
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> pd.DataFrame:
        return execution_engine.get_compute_domain(metric_domain_kwargs, domain_type="table")[0]


class TableExpectation(BatchExpectation, ABC):
    """An expectation about a whole table that says which cells offend it."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (TABLE,)
    rule: ClassVar[Rule]
    parameters: ClassVar[tuple[str, ...]]

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        case = CASE.get()
        if metrics[TABLE] is not case.frame:
            raise RuntimeError("Great Expectations holds another table than the one that is judged")
        offences = type(self).rule(case, **{name: getattr(self, name) for name in self.parameters})
        return {"success": offences.empty, "result": {"unexpected_count": len(offences), "offences": offences}}


def expectation_class(name: str, rule: Rule) -> type[TableExpectation]:
    """The expectation of a name, which Great Expectations registers, made of a rule's function."""
    hints = get_type_hints(rule)
    parameters = [parameter for key, parameter in inspect.signature(rule).parameters.items() if key != "case"]
    fields: dict[str, Any] = {
        parameter.name: parameter.default for parameter in parameters if parameter.default is not parameter.empty
    }
    made = MetaExpectation(  # type: ignore[no-untyped-call]
        name,
        (TableExpectation,),
        {
            **fields,
            "__annotations__": {parameter.name: STRICT[hints[parameter.name]] for parameter in parameters},
            "__module__": __name__,
            "__doc__": rule.__doc__,
            "rule": staticmethod(rule),
            "parameters": tuple(parameter.name for parameter in parameters),
        },
    )
    return cast(type[TableExpectation], made)


CLASSES = {name: expectation_class(name, rule) for name, rule in EXPECTATIONS.items()}


def build(suite: Suite) -> list[TableExpectation]:
    """The suite's expectations; SuiteError for an unknown one, an unknown parameter, or one of the wrong type."""
    return [_built(suite.table, line) for line in suite.expectations]


def evaluate(case: Case, suite: Suite) -> dict[str, Outcome]:
    """What Great Expectations made of each rule of the suite; a rule that it lost has no outcome."""
    built = gx.ExpectationSuite(suite.table, expectations=build(suite))
    token = CASE.set(case)
    try:
        results = _validator(case).validate_expectation_suite(built).results
    finally:
        CASE.reset(token)
    return {str(result.expectation_config.meta["rule"]): _outcome(result) for result in results}


def _built(table: str, line: Line) -> TableExpectation:
    where = f"expectations/{table}.yml, rule {line.rule}"
    if line.expectation not in CLASSES:
        raise SuiteError(f"{where}: {unknown('expectation', line.expectation, CLASSES)}")
    expectation = CLASSES[line.expectation]
    for name in line.kwargs:
        if name not in expectation.parameters:
            raise SuiteError(f"{where}: {unknown(f'parameter of {line.expectation}', name, expectation.parameters)}")
    try:
        return expectation(**line.kwargs, severity=FailureSeverity(line.severity), meta={"rule": line.rule})
    except pydantic.ValidationError as problem:
        told = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors())
        raise SuiteError(f"{where}: {line.expectation} does not take this: {told}") from problem


def _validator(case: Case) -> Any:
    """The table in a context that lives in memory only: no folder, no progress bar, no message to anyone.

    `batch.validate` would hash the whole table twice.
    """
    settings = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=settings)
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset(case.table)
    whole = asset.add_batch_definition_whole_dataframe("whole")
    return Validator(batch_definition=whole, batch_parameters={"dataframe": case.frame})


def _outcome(result: Any) -> Outcome:
    """An exception in an expectation is a failure to judge, and so is a result without offences."""
    offences = result.result.get("offences")
    if result.exception_info.get("raised_exception") or offences is None:
        return Outcome(None, str(result.exception_info.get("exception_message") or "no offences were returned"))
    return Outcome(offences)
