"""What the definitions of indicators need to know of a form: its items, causes, options and coded fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.codebook import Codebook, Question

BEDS = ("icu", "maternity", "other")
# The three kinds of bed share one question about barriers.
ALL_BEDS = "BAINP1"
# A list of choices that no question offers: for each cadre's question its name, and as its tier the group it counts in.
CADRES = "cadres"
CAUSE_QUESTIONS = ("CONDBx", "CONDEx", "HFFUNCTx", "HFACCx")


@dataclass(frozen=True)
class Vocabulary:
    """The words of a form, in its own order."""

    items: Mapping[str, tuple[str, ...]]
    """The items of each kind: service, amenity, information, bed, cadre."""
    modules: Mapping[str, str]
    """The module of each item; of a service, its domain."""
    causes: Mapping[str, tuple[str, ...]]
    """The barriers that can be named for each item."""
    options: Mapping[str, tuple[str, ...]]
    """The options of each question that goes to the table choices."""
    beds: Mapping[str, str]
    """The item of each kind of bed: icu, maternity, other."""
    fields: Mapping[str, str]
    """The module of each coded field of facilities."""
    cadre_groups: Mapping[str, str] = field(default_factory=dict)
    """doctor, nurse, midwife … for each cadre that has a name; empty where the form shows them without names."""

    @cached_property
    def all_items(self) -> tuple[str, ...]:
        """The items of all kinds."""
        return tuple(item for items in self.items.values() for item in items)

    @cached_property
    def all_causes(self) -> tuple[str, ...]:
        """Every barrier that some item can have, sorted."""
        return tuple(sorted({cause for causes in self.causes.values() for cause in causes}))

    @cached_property
    def domains(self) -> dict[str, tuple[str, ...]]:
        """The services of each domain."""
        services = self.of_kind("service")
        names = dict.fromkeys(self.modules[item] for item in services)
        return {name: tuple(item for item in services if self.modules[item] == name) for name in names}

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The items of a kind; none where the form has no such kind."""
        return self.items.get(kind, ())

    def causes_of(self, items: Iterable[str]) -> tuple[str, ...]:
        """Every barrier that one of the items can have, each once."""
        return tuple(dict.fromkeys(cause for item in items for cause in self.causes.get(item, ())))


def vocabulary(codebook: Codebook) -> Vocabulary:
    """The vocabulary of a codebook. The group of each cadre stands in its list `cadres`, if it has that."""
    kinds = dict.fromkeys(_kind(question) for question in codebook.items)
    return Vocabulary(
        items={kind: tuple(item.name for item in codebook.items if _kind(item) == kind) for kind in kinds},
        modules={item.name: item.module for item in codebook.items},
        causes={item: _words(question) for question in codebook.having_field("barriers") for item in question.items},
        options={question.name: _words(question) for question in codebook.having_field("choices")},
        beds={kind: item for kind in BEDS for item in _items_of(codebook, f"facilities.beds_{kind}")},
        fields={_kind(question): question.module for question in _coded_fields(codebook)},
        cadre_groups={cadre.code: cadre.tier for cadre in codebook.lists.get(CADRES, ()) if cadre.tier},
    )


def _kind(question: Question) -> str:
    """The second half of a field: `answers.service` is about a service."""
    return question.field.partition(".")[2]


def _words(question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(option.canonical for option in question.options))


def _items_of(codebook: Codebook, name: str) -> tuple[str, ...]:
    question = codebook.of_field(name)
    return question.items if question else ()


def _coded_fields(codebook: Codebook) -> list[Question]:
    """Fields with a list of words, and the catchment, where 0 stands for missing."""
    return [
        question
        for question in codebook.having_field("facilities")
        if question.type == "select_one" or question.field == "facilities.catchment_population"
    ]
