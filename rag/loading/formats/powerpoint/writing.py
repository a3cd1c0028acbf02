"""The shapes of a slide -> text, in their order on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.slide import Slide

from rag.loading.builder import TextBuilder
from rag.loading.numerals import NumeralStyle, numeral
from rag.loading.parsed import STRUCK_OUT
from rag.loading.tables import Cell, Row, write_table
from rag.text.raised import lowered, raised

_NO_CONTENT = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER)
_OWN_STYLE = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_NUMERALS: dict[str, NumeralStyle] = {
    "arabic": "decimal", "alphaLc": "lower letter", "alphaUc": "upper letter",
    "romanLc": "lower roman", "romanUc": "upper roman",
}  # fmt: skip
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MAX_CHART = 1000  # categories; of more there is no reader


class Writer:
    """Writes slides to a builder."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._struck = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """Of what was left out."""
        return (STRUCK_OUT,) if self._struck else ()

    def write_slide(self, slide: Slide) -> None:
        """Writes the title of a slide as a heading, then the other shapes; what only decorates is left out."""
        title = slide.shapes.title
        if title is not None:
            self._builder.begin_heading(1)
            words = (self._line(paragraph).replace("\n", " ") for paragraph in title.text_frame._txBody.iter(qn("a:p")))
            self._builder.add(" ".join(" ".join(words).split()))
            self._builder.end_heading()
        for shape in slide.shapes:
            if title is None or shape.shape_id != title.shape_id:
                self._shape(shape, slide)

    def _shape(self, shape: Any, slide: Slide) -> None:
        if shape.is_placeholder and shape.placeholder_format.type in _NO_CONTENT:
            return
        if _is_hidden(shape):
            return
        if hasattr(shape, "shapes"):  # a group
            for inner in shape.shapes:
                self._shape(inner, slide)
        elif getattr(shape, "has_table", False):
            self._table(shape.table)
        elif getattr(shape, "has_chart", False):
            self._chart(shape.chart)
        elif shape.has_text_frame:
            self._text_frame(shape)
        else:
            self._diagram(shape, slide)

    def _text_frame(self, shape: Any) -> None:
        sources = list(_list_styles(shape))
        numbers: dict[int, int] = {}
        self._builder.gap(2)
        for paragraph in shape.text_frame._txBody.iter(qn("a:p")):
            text = self._line(paragraph).strip()
            if not text:
                continue
            properties = paragraph.find(qn("a:pPr"))
            level = _number(properties, "lvl", 0) + 1
            marker = _marker(_bullet(properties, sources, level), numbers, level)
            if marker:
                self._builder.begin_item(marker, level)
                self._builder.add(text)
                self._builder.end_item()
            else:
                numbers.clear()
                self._builder.gap(2 if len(text) > 1 and "\n" in text else 1)
                self._builder.add(text)
                self._builder.gap(1)
        self._builder.gap(2)

    def _table(self, table: Any) -> None:
        rows = []
        for at, row in enumerate(table.rows):
            cells = [
                Cell(self._cell(cell), cell.span_width, cell.span_height) for cell in row.cells if not cell.is_spanned
            ]
            rows.append(Row(cells, heads=at == 0 and table.first_row))
        write_table(rows, self._builder)

    def _cell(self, cell: Any) -> str:
        return " ".join(filter(None, (self._line(paragraph) for paragraph in cell._tc.iter(qn("a:p")))))

    def _chart(self, chart: Any) -> None:
        """The title of a chart, and its values as a table: a row for each category."""
        if chart.has_title and chart.chart_title.has_text_frame:
            self._builder.gap(2)
            self._builder.add(" ".join(chart.chart_title.text_frame.text.split()))
            self._builder.gap(1)
        for plot in chart.plots:
            categories = [str(category) for category in plot.categories][:_MAX_CHART]
            series = list(plot.series)
            if not categories:
                continue
            self._builder.begin_table()
            self._builder.add_row(["", *(one.name for one in series)], header=True)
            for at, category in enumerate(categories):
                values = [one.values[at] if at < len(one.values) else None for one in series]
                self._builder.add_row([category, *("" if value is None else f"{value:.15g}" for value in values)])
            self._builder.end_table()

    def _diagram(self, shape: Any, slide: Slide) -> None:
        """The texts of SmartArt, each as an item."""
        relation = shape._element.find(f".//{{{_DIAGRAM}}}relIds")
        part = slide.part.rels.get(relation.get(f"{_RELATED}dm") or "") if relation is not None else None
        if part is None or part.is_external:
            return
        parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
        for point in etree.fromstring(part.target_part.blob, parser).iter(f"{{{_DIAGRAM}}}pt"):
            text = " ".join(" ".join(self._line(paragraph) for paragraph in point.iter(qn("a:p"))).split())
            if text and point.get("type", "node") in ("node", "asst"):
                self._builder.begin_item("-", 1)
                self._builder.add(text)
                self._builder.end_item()
        self._builder.gap(2)

    def _line(self, paragraph: Any) -> str:
        """The text of a paragraph, a line end in it included."""
        texts: list[str] = []
        for element in paragraph.iterchildren(qn("a:r"), qn("a:br"), qn("a:fld")):
            if element.tag == qn("a:br"):
                texts.append("\n")
                continue
            text = element.findtext(qn("a:t")) or ""
            look = element.find(qn("a:rPr"))
            if look is not None and look.get("strike", "noStrike") != "noStrike" and text.strip():
                self._struck = True
                continue
            baseline = _number(look, "baseline", 0)
            if baseline > 0:
                text = raised(text)
            elif baseline < 0:
                text = lowered(text, texts[-1] if texts else "", _text_of(element.getnext()))
            texts.append(text)
        return "".join(texts).replace("\v", "\n")


def _text_of(element: Any) -> str:
    return (element.findtext(qn("a:t")) or "") if element is not None else ""


def _is_hidden(shape: Any) -> bool:
    properties = next(shape._element.iter(qn("p:cNvPr")), None)
    return properties is not None and properties.get("hidden") in ("1", "true")


def _list_styles(shape: Any) -> Iterator[Any]:
    """Where a shape's paragraphs take their bullets from, the nearest first: ``a:lstStyle`` or what is like one."""
    yield shape.text_frame._txBody.find(qn("a:lstStyle"))
    if not shape.is_placeholder:
        return
    kind = shape.placeholder_format.type
    above = shape
    while above is not None:  # the placeholder of the layout, then that of the master
        above = getattr(above, "_base_placeholder", None)
        if above is not None and above.has_text_frame:
            yield above.text_frame._txBody.find(qn("a:lstStyle"))
    if kind not in _OWN_STYLE:
        styles = shape.part.slide.slide_layout.slide_master._element.find(qn("p:txStyles"))
        yield styles.find(qn("p:bodyStyle")) if styles is not None else None


def _bullet(properties: Any, sources: list[Any], level: int) -> Any:
    """The element that says what stands before a paragraph, ``a:buChar`` or another; None where nothing does."""
    levels = (source.find(qn(f"a:lvl{level}pPr")) for source in sources if source is not None)
    for look in (properties, *levels):
        for element in look.iterchildren() if look is not None else ():
            if element.tag == qn("a:buNone"):
                return None
            if element.tag in (qn("a:buChar"), qn("a:buAutoNum"), qn("a:buBlip")):
                return element
    return None


def _marker(bullet: Any, numbers: dict[int, int], level: int) -> str:
    """What stands before an item, and counts it; "" where nothing does."""
    if bullet is None:
        return ""
    for deeper in [one for one in numbers if one > level]:
        del numbers[deeper]
    if bullet.tag != qn("a:buAutoNum"):
        numbers.pop(level, None)
        return "-"
    kind = bullet.get("type") or "arabicPeriod"
    numbers[level] = numbers.get(level, _number(bullet, "startAt", 1) - 1) + 1
    style: NumeralStyle = next((style for name, style in _NUMERALS.items() if kind.startswith(name)), "decimal")
    written = numeral(numbers[level], style)
    if kind.endswith("ParenBoth"):
        return f"({written})"
    return f"{written})" if kind.endswith("ParenR") else f"{written}."


def _number(element: Any, name: str, otherwise: int) -> int:
    value = (element.get(name) if element is not None else None) or ""
    return int(value) if value.lstrip("-").isdecimal() and len(value) < 8 else otherwise
