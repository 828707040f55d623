"""Whatever a Home tab holds, its blocks stay within Slack's limits."""

from bot.home import Home, Line, Part
from bot.messages import Button, Message, More
from bot.sandbox.slack.blocks import view_problems
from bot.slack.home import BLOCKS, render_home

HUGE = "word " * 2000


def button(label: str = "Start") -> Button:
    return Button(label=label, action="start", value="CH-1@1")


def test_slack_takes_far_too_much_of_everything() -> None:
    line = Line(text=HUGE, beside=button(HUGE), controls=(*(button() for _ in range(5)), More(buttons=(button(),))))
    answer = Message(text=HUGE, notes=("note",) * 60, buttons=tuple(button() for _ in range(30)))
    part = Part(title=HUGE, lines=(line,) * 30, note=HUGE, controls=(button(),))
    view = render_home(
        Home(greeting=HUGE, said=(answer,) * 3, controls=(button(),), parts=(part,) * 9, cut="There is more.")
    )
    assert view_problems(view) == []
    assert len(view["blocks"]) == BLOCKS
    assert view["blocks"][-1]["elements"][0]["text"] == "There is more."


def test_an_answer_stands_above_all_else() -> None:
    view = render_home(Home(greeting="Hello", said=(Message(text="CH-1 is resolved."),), parts=(Part(title="You"),)))
    assert [block["type"] for block in view["blocks"]] == ["section", "section", "divider", "header"]
    assert view["blocks"][1]["text"]["text"] == "CH-1 is resolved."
