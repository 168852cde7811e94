"""How the spreadsheets look, on a screen and printed on A4: fonts, colours, direction of writing, the page."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # type: ignore[import-untyped]
from openpyxl.worksheet.properties import PageSetupProperties  # type: ignore[import-untyped]

from pipeline.enquiry.form import Tongue

A4 = 9
RIGHT_TO_LEFT = ("ar", "ckb")
FROM_THE_LEFT, FROM_THE_RIGHT = 1, 2  # how a cell is read, whatever it begins with
FACE = "Arial"  # has the letters of all three languages wherever an office suite is
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.75, "footer": 0.3}  # inches
_THIN = Side(style="thin", color="B0B8BE")
OPEN = PatternFill("solid", start_color="FFF8D6")
HEAD = PatternFill("solid", start_color="E3EEF4")
GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def font(size: int = 10, bold: bool = False) -> Font:
    """The one typeface, in a size."""
    return Font(name=FACE, size=size, bold=bold)


def aligned(language: str, middle: bool = False, is_code: bool = False) -> Alignment:
    """A cell of running text in a language; codes and ids are read from the left everywhere."""
    from_right = language in RIGHT_TO_LEFT
    return Alignment(
        wrap_text=True,
        vertical="center" if middle else "top",
        horizontal="center" if middle else "right" if from_right else "left",
        readingOrder=FROM_THE_RIGHT if from_right and not is_code else FROM_THE_LEFT,
    )


def page(sheet: Any, spoken: Tongue, orientation: str) -> None:
    """Protects a sheet, turns it in its language's direction, and fits it to the width of A4.

    The protection has no password: it guards against slips, not against people.
    """
    sheet.sheet_view.rightToLeft = spoken.language in RIGHT_TO_LEFT
    sheet.sheet_view.showGridLines = False
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = orientation
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    for side, inches in MARGINS.items():
        setattr(sheet.page_margins, side, inches)
    sheet.oddFooter.center.text = spoken.words("page", page="&P", pages="&N")
