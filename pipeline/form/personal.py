"""Which columns of an unknown export may name or reach a person: rather one too many than one too few.

What is marked personal is left at the door by `ingest`; a person who completes the draft may take the mark away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.form.known import Known
from pipeline.form.material import CODE, PLATFORM, Material, is_number, is_tick, is_whole
from pipeline.form.shape import short_text
from pipeline.spelling import fold, western_digits

SHARE = 0.2
SMALL = 100

# Folded texts: Arabic letters as `fold` writes them.
_REACHED = re.compile(
    r"contact|respond[ae]nt|répondant|enqu[êe]t|interview|phone|\bgsm\b|mobile (?:n|tel)|e-?mail|courriel|\bowner\b"
    r"|propri[ée]taire|focal point|point focal|person in charge|signature|\bdate of birth\b|\baddress\b|\badresse\b"
    r"|" + "|".join(map(fold, ("هاتف", "نقال", "بريد", "إيميل", "مالك", "المسؤول", "تەلەفۆن", "ئیمەیڵ", "خاوەن")))
)
_NAME = re.compile(r"\b(?:name|nom|pr[ée]nom|surname|" + "|".join(map(fold, ("اسم", "ناو", "ناوی"))) + r")\b")
# Names of these are no names of persons.
_THING = re.compile(
    r"facilit|hospital|h[ôo]pital|clini|cent(?:er|re)|health|sant[ée]|[ée]tablissement|fosa|mosd|structure|cscom|location"
    r"|place|lieu|village|ville|city|town|camp|district|region|r[ée]gion|area|aire|zone|partner|partenaire|ngo|\bong\b"
    r"|organi[sz]ation|sector|directorate|"
    + "|".join(map(fold, ("مؤسسة", "موقع", "شريك", "شركاء", "منظمة", "منطقة", "قطاع")))
    + "|"
    + "|".join(map(fold, ("دامەزراو", "شوێن", "هاوبەش", "ناوچە", "کەرت")))
)
_E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_TELEPHONE = re.compile(r"(?<![\w.])[+(]?\d(?:[\s\-./()]{0,2}\d){8,14}(?!\w)")


def personal(material: Material, known: Known) -> dict[str, str]:
    """The columns that may be personal, each with the reason, in the order of the export."""
    reasons = {name: _reason(name, material, known) for name in material.columns if name not in PLATFORM}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(name: str, material: Material, known: Known) -> str:
    pairs = material.pairs(name)
    if pairs and all(CODE.fullmatch(told) or is_tick(told) or _is_small(told) for told, _ in pairs):
        return ""
    like = known.question(name)
    if like and like.is_personal:
        return f"personal in {known.form_of(name)} too"
    # Of a long text its beginning: one goes on to skin-to-skin contact. What is asked for its causes is no person.
    if any(other.startswith(f"{name}x_") for other in material.columns):
        return ""
    text = fold(f"{name.replace('_', ' ')} {short_text(material.text(name))}")
    if _REACHED.search(text) or (_NAME.search(text) and not _THING.search(text)):
        return "personal by its name"
    return "personal by its answers" if _reaches(pairs) else ""


def _is_small(text: str) -> bool:
    """Whether a cell is a rank or a small count."""
    return is_whole(text) and float(western_digits(text)) < SMALL


def _reaches(pairs: Mapping[tuple[str, str], int]) -> bool:
    """Whether many of the answers are e-mail addresses or telephone numbers."""
    found = sum(count for (told, _), count in pairs.items() if _E_MAIL.search(told) or _is_telephone(told))
    return found > SHARE * sum(pairs.values())


def _is_telephone(text: str) -> bool:
    plain = western_digits(text)
    # 46.6812500000 is no telephone number, nor is 3.0000000000.
    return bool(_TELEPHONE.search(plain)) and not (is_number(plain) and "." in plain)
