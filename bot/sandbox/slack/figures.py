"""Tables and charts as strict as Slack: how much they may hold, and how many of them a message takes."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.message import Payload

ROWS, CELLS, COLUMNS, CHARACTERS = 100, 20, 20, 10_000
TITLE, SERIES, POINTS, LABEL, AXIS = 50, 6, 20, 20, 50
TOGETHER = {"table": 1, "data_visualization": 2}  # of a message
CELL_TYPES = {"raw_text", "raw_number", "rich_text"}
CHARTS = {"bar", "line", "area", "pie"}

Problems = Iterator[str]


def too_many(blocks: list[Any]) -> Problems:
    """More of a kind than a message takes."""
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    for kind, most in TOGETHER.items():
        if kinds.count(kind) > most:
            yield f"no more than {most} of type {kind} allowed [json-pointer:/blocks]"


def table_problems(block: Payload, at: str) -> Problems:
    """Why Slack would refuse this table."""
    yield from _count(block, "rows", at, ROWS)
    rows = block.get("rows")
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        place = f"{at}/rows/{number}"
        if not isinstance(row, list) or len(row) > CELLS:
            yield f"no more than {CELLS} items allowed [json-pointer:{place}]"
            continue
        for index, cell in enumerate(row):
            yield from _cell(cell, f"{place}/{index}")
    if len(block.get("column_settings", [])) > COLUMNS:
        yield f"no more than {COLUMNS} items allowed [json-pointer:{at}/column_settings]"
    cells = [cell for row in rows or [] if isinstance(row, list) for cell in row if isinstance(cell, dict)]
    if sum(len(str(cell.get("text", ""))) for cell in cells) > CHARACTERS:
        yield f"must be less than {CHARACTERS + 1} characters [json-pointer:{at}/rows]"


def _cell(cell: Any, at: str) -> Problems:
    if not isinstance(cell, dict) or cell.get("type") not in CELL_TYPES:
        yield f"must be one of {', '.join(sorted(CELL_TYPES))} [json-pointer:{at}/type]"
    elif cell["type"] == "raw_text":
        yield from _string(cell.get("text"), f"{at}/text", CHARACTERS)


def chart_problems(block: Payload, at: str) -> Problems:
    """Why Slack would refuse this chart."""
    yield from _string(block.get("title"), f"{at}/title", TITLE)
    chart = block.get("chart")
    if not isinstance(chart, dict) or chart.get("type") not in CHARTS:
        yield f"must be one of {', '.join(sorted(CHARTS))} [json-pointer:{at}/chart/type]"
    elif chart["type"] == "pie":
        yield from _points(chart, "segments", f"{at}/chart", SERIES)
    else:
        yield from _axes(chart, f"{at}/chart")


def _axes(chart: Payload, at: str) -> Problems:
    yield from _count(chart, "series", at, SERIES)
    axis = chart.get("axis_config")
    axis = axis if isinstance(axis, dict) else {}
    yield from _count(axis, "categories", f"{at}/axis_config", POINTS)
    categories = axis.get("categories") or []
    for index, category in enumerate(categories):
        yield from _string(category, f"{at}/axis_config/categories/{index}", LABEL)
    for name in ("x_label", "y_label"):
        yield from _string(axis.get(name, "-"), f"{at}/axis_config/{name}", AXIS)
    series = chart.get("series") or []
    for index, one in enumerate(series):
        place = f"{at}/series/{index}"
        yield from _string(one.get("name"), f"{place}/name", LABEL)
        yield from _numbers(one.get("data", []), f"{place}/data")
        if [point.get("label") for point in one.get("data", [])] != categories:
            yield f"labels must match the categories [json-pointer:{place}/data]"
    names = [one.get("name") for one in series]
    if len(set(names)) != len(names):
        yield f"names must be unique [json-pointer:{at}/series]"


def _points(holder: Payload, name: str, at: str, most: int) -> Problems:
    yield from _count(holder, name, at, most)
    for index, point in enumerate(holder.get(name) or []):
        yield from _string(point.get("label"), f"{at}/{name}/{index}/label", LABEL)
    yield from _numbers(holder.get(name) or [], f"{at}/{name}")


def _numbers(points: list[Payload], at: str) -> Problems:
    for index, point in enumerate(points):
        value = point.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"must be a number [json-pointer:{at}/{index}/value]"


def _count(holder: Payload, name: str, at: str, most: int) -> Problems:
    found = holder.get(name)
    if not isinstance(found, list) or not found:
        yield f"missing required field: {name} [json-pointer:{at}]"
    elif len(found) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}/{name}]"


def _string(value: Any, at: str, most: int) -> Problems:
    if not isinstance(value, str) or not value:
        yield f"must be a string [json-pointer:{at}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"
