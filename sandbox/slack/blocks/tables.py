"""Tables and charts: `table`, `data_table`, `data_visualization` (contract sections 2.3 and 3.1)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sandbox.slack.blocks.objects import IDENTIFIER
from sandbox.slack.blocks.rich_text import RICH_TEXT
from sandbox.slack.blocks.rules import (
    Flag,
    Form,
    Many,
    Number,
    Refusal,
    Text,
    by_type,
    choice,
)

CONTENT_MAX: Final = 20_000


def _same_width(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    rows = value.get("rows")
    if isinstance(rows, list) and len({len(row) for row in rows if isinstance(row, list)}) > 1:
        yield f"{pointer}/rows", "all rows must have the same number of cells"


def _settings_fit(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    rows, settings = value.get("rows"), value.get("column_settings")
    if not (isinstance(rows, list) and rows and isinstance(rows[0], list) and isinstance(settings, list)):
        return
    if len(settings) != len(rows[0]):
        yield f"{pointer}/column_settings", "must have one item for each column"


_TABLE_CELL: Final = by_type(
    {
        "raw_text": Form({"text": Text()}),
        "raw_number": Form({"value": Number(integer=False)}, {"text": Text()}),
        "rich_text": RICH_TEXT,
    }
)
TABLE: Final = Form(
    {"rows": Many(Many(_TABLE_CELL, 1, 20), 1, 100)},
    {
        "block_id": IDENTIFIER,
        "column_settings": Many(
            Form({}, {"is_wrapped": Flag(), "align": choice("left", "center", "right")}), 0, 20
        ),
    },
    (_same_width, _settings_fit),
)


def _no_rich_header(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    rows = value.get("rows")
    if isinstance(rows, list) and rows and isinstance(rows[0], list):
        for number, cell in enumerate(rows[0]):
            if isinstance(cell, dict) and cell.get("type") == "rich_text":
                yield f"{pointer}/rows/0/{number}", "rich_text is not allowed in the header row"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "text" and isinstance(item, str):
                yield item
            else:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def content_length(table: Mapping[str, Any]) -> int:
    """How many characters the cells of a data table hold."""
    return sum(len(text) for text in _texts(table.get("rows")))


def _not_too_long(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    if content_length(value) > CONTENT_MAX:
        yield f"{pointer}/rows", f"must be less than {CONTENT_MAX + 1} characters in total"


_DATA_CELL: Final = by_type(
    {
        "raw_text": Form({"text": Text(min=1)}),
        "raw_number": Form({"value": Number(integer=False)}, {"text": Text(min=1)}),
        "rich_text": RICH_TEXT,
    }
)
DATA_TABLE: Final = Form(
    {"caption": Text(min=1), "rows": Many(Many(_DATA_CELL, 1, 20), 2, 201)},
    {
        "block_id": IDENTIFIER,
        "page_size": Number(min=1, max=100),
        "row_header_column_index": Number(min=0),
    },
    (_same_width, _no_rich_header, _not_too_long),
)

_LABEL: Final = Text(min=1, max=20)
_POINT: Final = Form({"label": _LABEL, "value": Number(integer=False)})
_SERIES: Final = Form({"name": _LABEL, "data": Many(_POINT, 1, 20)})
_AXES: Final = Form({"categories": Many(_LABEL, 1, 20)}, {"x_label": Text(max=50), "y_label": Text(max=50)})


def _points_fit(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
    """Names of series are unique, and each series has one point for each category."""
    series, axes = value.get("series"), value.get("axis_config")
    if not isinstance(series, list) or not isinstance(axes, dict):
        return
    names = [item.get("name") for item in series if isinstance(item, dict)]
    if len({str(name) for name in names}) != len(names):
        yield f"{pointer}/series", "series names must be unique"
    for number, item in enumerate(series):
        data = item.get("data") if isinstance(item, dict) else None
        if not isinstance(data, list):
            continue
        labels = [point.get("label") for point in data if isinstance(point, dict)]
        if labels != axes.get("categories"):
            yield f"{pointer}/series/{number}/data", "must have one point for each category"


_AXIS_CHART: Final = Form({"series": Many(_SERIES, 1, 12), "axis_config": _AXES}, {}, (_points_fit,))
_SEGMENT: Final = Form({"label": _LABEL, "value": Number(integer=False, above=0)})
CHART: Final = by_type(
    {
        "line": _AXIS_CHART,
        "bar": _AXIS_CHART,
        "area": _AXIS_CHART,
        "pie": Form({"segments": Many(_SEGMENT, 1, 12)}),
    }
)
DATA_VISUALIZATION: Final = Form({"title": Text(min=1, max=50), "chart": CHART}, {"block_id": IDENTIFIER})
