"""A drawn figure as SVG that says only what a page needs: text stays text, a third of matplotlib's bytes.

Text has the page's font; matplotlib only measures with the font it brings. Ids, clipping, metadata and comments go:
they differ between versions, or stand twice on a page.

Texts that each language has in its own words are slots, `{0}`, `{1}` …, until `filled` puts them in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import escape
from matplotlib.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d+\.\d+")
BLANKS = re.compile(r"\s*([MLCQZz])\s*")
# A rectangle as matplotlib writes it: four corners, of which two numbers say it all.
RECTANGLE = re.compile(r"M(\S+) (\S+?)L(\S+) \2L\3 (\S+?)L\1 \4z")
FONT_SIZE = "9.5"
UPRIGHT = re.compile(r"rotate\(-?0[ )]")
LOOK = ("fill", "stroke", "stroke-width", "font-size", "font-weight", "text-anchor", "fill-opacity")
COMMAND = re.compile(r"([MLCQHVz])([^MLCQHVz]*)")
SAVED = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True)
class Slot:
    """A text of a chart, and the size of its letters in points where it is not as drawn."""

    text: str
    size: float = 0


def svg(figure: Figure, style: Any) -> str:
    """The SVG of a figure; the same figure gives the same bytes."""
    drawn = io.StringIO()
    with mpl.rc_context(style):
        figure.savefig(drawn, format="svg", metadata=SAVED, transparent=True)
    root = ElementTree.fromstring(drawn.getvalue())
    _slim(root)
    ElementTree.register_namespace("", SVG[1:-1])
    view = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib |= {"viewBox": view, "font-family": "sans-serif", "font-size": FONT_SIZE}
    return ElementTree.tostring(root, encoding="unicode")


def _slim(parent: ElementTree.Element) -> None:
    kept: list[ElementTree.Element] = []
    for child in parent:
        _slim(child)
        _shorten(child)
        if child.tag == f"{SVG}g" and not child.attrib:
            kept += list(child)
        elif child.tag not in (f"{SVG}metadata", f"{SVG}defs") and not _is_invisible(child):
            kept.append(child)
    if parent.tag not in (f"{SVG}text", f"{SVG}tspan"):
        parent.text = None
    for child in kept:
        child.tail = None
    parent[:] = _grouped(kept)


def _grouped(elements: list[ElementTree.Element]) -> list[ElementTree.Element]:
    """Neighbours that look the same stand in a group that says it once; lines and areas become one."""
    found: list[ElementTree.Element] = []
    for look, run in groupby(elements, key=lambda one: (one.tag, *(one.attrib.get(name) for name in LOOK))):
        members = list(run)
        told = {name: value for name, value in zip(LOOK, look[1:], strict=True) if value is not None}
        if len(members) > 1 and all(set(one.attrib) - set(LOOK) == {"d"} for one in members):
            shape = ElementTree.Element(look[0], told | {"d": "".join(one.attrib["d"] for one in members)})
            found.append(shape)
            continue
        if len(members) < 3 or not told or look[0] == f"{SVG}g":
            found += members
            continue
        for member in members:
            for name in told:
                del member.attrib[name]
        group = ElementTree.Element(f"{SVG}g", told)
        group[:] = members
        found.append(group)
    return found


def _is_invisible(element: ElementTree.Element) -> bool:
    empty = element.tag == f"{SVG}g" and not len(element)
    return empty or (
        element.tag == f"{SVG}path" and element.attrib.get("fill") == "none" and "stroke" not in element.attrib
    )


def _shorten(element: ElementTree.Element) -> None:
    """Style becomes attributes, numbers keep one decimal, what does not show goes."""
    told = element.attrib
    style = dict(part.strip().split(": ", 1) for part in told.pop("style", "").split(";") if ": " in part)
    told |= {name: value.removesuffix("px") for name, value in style.items() if name in LOOK}
    for name, usual in (("text-anchor", "start"), ("font-size", FONT_SIZE)):
        if told.get(name) == usual:
            del told[name]
    for name in ("id", "clip-path", "gid"):
        told.pop(name, None)
    if UPRIGHT.match(told.get("transform", "")):
        del told["transform"]
    for name in ("d", "x", "y", "transform"):
        if name in told:
            told[name] = RECTANGLE.sub(r"M\1 \2H\3V\4H\1z", BLANKS.sub(r"\1", NUMBER.sub(_rounded, told[name])).strip())


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.1f}".removesuffix(".0")


# --- languages -----------------------------------------------------------------------------------------------------


def filled(drawn: str, texts: Sequence[Slot], direction: str = "ltr") -> str:
    """A chart with its texts in their slots, escaped; from the right to the left it is the mirror image."""
    chart = mirrored(drawn) if direction == "rtl" else drawn
    return chart.format(*(_sized(slot) for slot in texts))


def _sized(slot: Slot) -> str:
    text = escape(slot.text)
    return f'<tspan font-size="{slot.size:g}">{text}</tspan>' if slot.size else str(text)


@cache
def mirrored(drawn: str) -> str:
    """The mirror image of a chart, whose texts are read from the right."""
    root = ElementTree.fromstring(drawn)
    width = float(root.attrib["viewBox"].split()[2])
    for element in root.iter():
        if "d" in element.attrib:
            element.attrib["d"] = COMMAND.sub(lambda found: _mirrored(found, width), element.attrib["d"])
        if element.tag == f"{SVG}text":
            element.attrib["x"] = f"{width - float(element.attrib.get('x', 0)):.1f}".removesuffix(".0")
    # A text begins at its anchor on the right: an end of its line stays the end of its line.
    root.attrib["direction"] = "rtl"
    return ElementTree.tostring(root, encoding="unicode")


def _mirrored(found: re.Match[str], width: float) -> str:
    command, numbers = found.group(1), [float(one) for one in found.group(2).split()]
    if command == "V" or not numbers:
        return found.group()
    if command == "H":
        return f"H{width - numbers[0]:.1f}".removesuffix(".0")
    pairs = [
        f"{width - x:.1f}".removesuffix(".0") + f" {y:.1f}".removesuffix(".0")
        for x, y in zip(numbers[::2], numbers[1::2], strict=True)
    ]
    return command + " ".join(pairs)
