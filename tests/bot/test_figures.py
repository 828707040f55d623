"""A table and a chart keep Slack's limits, as its own blocks and as text."""

from bot.messages import Chart, Message, Series, Table
from bot.sandbox.slack.blocks import problems_of
from bot.slack.blocks import SECTION, render

LABELS = tuple(f"a label that is far too long {number}"[-24:] for number in range(30))
HUGE = Message(
    text="figures",
    title="*figures*",
    table=Table(head=("a",) * 30, rows=(("", *("a cell",) * 29),) * 200),
    chart=Chart(
        title="t" * 80,
        labels=LABELS,
        series=tuple(Series(name=f"series {number} with a long name", values=(0,) * 30) for number in range(9)),
    ),
)
SMALL = Message(
    text="figures",
    table=Table(head=("Figure", "n"), rows=(("Opened <!channel>", "12"), ("`Done`", "3"))),
    chart=Chart(title="By day", labels=("Mon", "Tue"), series=(Series(name="Opened", values=(4, 1)),)),
)


def test_what_is_too_large_is_cut_to_what_slack_takes() -> None:
    assert problems_of(render(HUGE)["blocks"], "message") == []
    drawn = render(HUGE, is_plain=True)["blocks"]
    assert problems_of(drawn, "message") == []
    assert [block["type"] for block in drawn] == ["section"] * 3
    assert max(len(block["text"]["text"]) for block in drawn) <= SECTION


def test_in_text_columns_and_bars_stand_under_one_another_and_nothing_takes_effect() -> None:
    _, table, bars = render(SMALL, is_plain=True)["blocks"]
    assert (
        table["text"]["text"] == "```\nFigure              n\nOpened &lt;!channel&gt;  12\n'Done'              3\n```"
    )
    assert bars["text"]["text"] == f"```\nBy day\nMon  Opened  {'█' * 20} 4\nTue  Opened  {'█' * 5} 1\n```"


def test_the_native_ones_hold_the_words_as_they_are() -> None:
    _, table, chart = render(SMALL)["blocks"]
    assert table["rows"][1] == [{"type": "raw_text", "text": "Opened <!channel>"}, {"type": "raw_text", "text": "12"}]
    assert chart["chart"]["series"][0]["data"] == [{"label": "Mon", "value": 4}, {"label": "Tue", "value": 1}]
