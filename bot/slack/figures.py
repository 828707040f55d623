"""A table and a bar chart as Slack's own blocks, and as text in a fixed width where Slack refuses those."""

from itertools import accumulate
from typing import Any

from bot.messages import Chart, Table, cut, escape

Block = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks/table-block and data-visualization-block
ROWS, CELLS, CHARACTERS, TITLE, SERIES, POINTS, LABEL = 100, 20, 10_000, 50, 6, 20, 20
BAR, FULL, EMPTY = 20, "\u2588", "\u2013"


def table_block(table: Table) -> Block:
    """Numbers stand to the right of what they are of."""
    rows = [[{"type": "raw_text", "text": cell or EMPTY} for cell in row[:CELLS]] for row in (table.head, *table.rows)]
    columns = [{"align": "left" if number == 0 else "right"} for number, _ in enumerate(table.head[:CELLS])]
    lengths = accumulate(sum(len(cell["text"]) for cell in row) for row in rows)
    kept = [row for row, length in zip(rows[:ROWS], lengths, strict=False) if length <= CHARACTERS]
    return {"type": "table", "rows": kept, "column_settings": columns}


def chart_block(chart: Chart) -> Block:
    """slack_sdk has no class for it."""
    labels = [cut(label, LABEL) for label in chart.labels[:POINTS]]
    series = [
        {
            "name": cut(one.name, LABEL),
            "data": [
                {"label": label, "value": value} for label, value in zip(labels, one.values[:POINTS], strict=True)
            ],
        }
        for one in chart.series[:SERIES]
    ]
    drawn = {"type": "bar", "series": series, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": cut(chart.title, TITLE), "chart": drawn}


def as_text(table: Table | None, chart: Chart | None, *, most: int) -> list[str]:
    """The same in lines of one width, each drawing no longer than so many characters; safe inside mrkdwn."""
    drawings = [*([_table(table)] if table else []), *([_bars(chart)] if chart else [])]
    return [_drawn([escape(line.replace("`", "'")) for line in lines], most) for lines in drawings]


def _table(table: Table) -> list[str]:
    rows = [tuple(cell or EMPTY for cell in row[:CELLS]) for row in (table.head, *table.rows)][:ROWS]
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(max(map(len, rows)))]
    return ["  ".join(_cell(cell, widths[at], at) for at, cell in enumerate(row)).rstrip() for row in rows]


def _cell(cell: str, width: int, at: int) -> str:
    return cell.ljust(width) if at == 0 else cell.rjust(width)


def _bars(chart: Chart) -> list[str]:
    """A line for each label and series; the longest bar is that of the highest value."""
    highest = max((value for one in chart.series for value in one.values), default=0) or 1
    labels, names = chart.labels[:POINTS], [one.name for one in chart.series[:SERIES]]
    wide, broad = max(map(len, labels), default=0), max(map(len, names), default=0)
    lines = [chart.title]
    for at, label in enumerate(labels):
        for number, one in enumerate(chart.series[:SERIES]):
            bar = FULL * -(-one.values[at] * BAR // highest)
            start = (label if number == 0 else "").ljust(wide)
            lines.append(f"{start}  {one.name.ljust(broad)}  {f'{bar} ' if bar else ''}{one.values[at]}")
    return lines


def _drawn(lines: list[str], most: int) -> str:
    """Whole lines, as many as there is room for."""
    drawn = ""
    for line in lines:
        if len(drawn) + len(line) >= most:
            break
        drawn = f"{drawn}\n{line}" if drawn else line
    return drawn
