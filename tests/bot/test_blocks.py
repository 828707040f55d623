"""Whatever a message holds, its blocks stay within Slack's limits (platform limits of Block Kit)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Button, Fact, Menu, Message, More, Option, escape
from bot.slack.blocks import Block, cut, option, plain_text, render

HUGE = "word " * 2000


def blocks_of(message: Message) -> list[Block]:
    """All blocks, those of the attachment included."""
    content = render(message)
    return content["blocks"] + [block for part in content["attachments"] for block in part["blocks"]]


def everything(times: int) -> Message:
    """A message with far too much of everything."""
    options = tuple(Option(label=HUGE, value=f"{n} {HUGE}") for n in range(times))
    return Message(
        text=HUGE,
        title=HUGE,
        colour="#112233",
        facts=tuple(Fact(name=HUGE, value=HUGE) for _ in range(times)),
        body=HUGE,
        notes=tuple(HUGE for _ in range(times)),
        buttons=tuple(Button(label=HUGE, action=f"a{n}", value=HUGE) for n in range(min(times, 24))),
        menu=Menu(label=HUGE, action="pick", value="CH-1", options=options),
    )


def test_no_limit_is_ever_hit() -> None:
    message = everything(200)
    assert len(render(message)["text"]) < 4000
    blocks = blocks_of(message)
    assert len(blocks) <= 50
    kinds = {block["type"]: block for block in blocks}
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section" and "text" in block]
    assert max(map(len, sections)) == 3000
    [fields] = [block["fields"] for block in blocks if "fields" in block]
    assert (len(fields), max(len(field["text"]) for field in fields)) == (10, 2000)
    assert len(kinds["context"]["elements"]) == 1
    assert len(kinds["context"]["elements"][0]["text"]) <= 2000
    *buttons, menu = kinds["actions"]["elements"]
    assert len(buttons) + 1 == 25
    assert {(len(button["text"]["text"]), len(button["value"])) for button in buttons} <= {(75, 2000), (74, 2000)}
    assert len(menu["placeholder"]["text"]) <= 150
    assert len(menu["options"]) == 100
    assert max(len(choice["text"]["text"]) for choice in menu["options"]) <= 75
    assert max(len(choice["value"]) for choice in menu["options"]) == 150


def test_what_fits_is_left_alone() -> None:
    for limit in (3000, 2000, 150, 75):
        assert cut("x" * limit, limit) == "x" * limit
        assert cut("x" * (limit + 1), limit) == "x" * (limit - 1) + "…"


@pytest.mark.parametrize(
    "token", ["<@U0BOB>", "<https://a.example/b?c=d|the report>", "&amp;", "&lt;", "<!date^1^x|y>"]
)
def test_no_cut_goes_through_a_token_or_an_entity(token: str) -> None:
    text = f"see {token} now"
    for limit in range(6, len(text)):
        shortened = cut(text, limit)
        assert len(shortened) <= limit
        assert shortened.endswith("…")
        assert token in shortened or not set("<&") & set(shortened)


@given(st.text(max_size=80), st.integers(min_value=1, max_value=90))
def test_a_cut_of_escaped_words_is_still_escaped(text: str, limit: int) -> None:
    shortened = cut(escape(text), limit)
    assert len(shortened) <= limit
    rest = shortened.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set("<>&") & set(rest)


def test_words_alone_need_no_blocks() -> None:
    assert render(Message(text="hello")) == {"text": "hello", "blocks": [], "attachments": []}


def test_a_colour_needs_an_attachment_and_the_text_stays_for_phones() -> None:
    content = render(Message(text="CH-1 down", title="*CH-1*", colour="#C62828", notes=("why", "")))
    assert content["text"] == content["attachments"][0]["fallback"] == "CH-1 down"
    assert content["attachments"][0]["color"] == "#C62828"
    assert [block["type"] for block in content["attachments"][0]["blocks"]] == ["context"]


def test_a_row_holds_buttons_menus_and_what_is_folded_away() -> None:
    more = More(buttons=tuple(Button(label=f"{n}", action="form:close", value="CH-1@2") for n in range(7)))
    menu = Menu(label="Snooze", action="snooze", value="CH-1@2", options=(Option(label="1 h", value="1h"),))
    [_, first, second] = render(Message(text="x", rows=((Button(label="Claim", action="claim"), menu), (more,))))[
        "blocks"
    ]
    assert [element["type"] for element in first["elements"]] == ["button", "static_select"]
    assert first["elements"][1]["options"][0]["value"] == "CH-1@2 1h"
    [overflow] = second["elements"]
    assert (overflow["type"], overflow["action_id"], len(overflow["options"])) == ("overflow", "more", 5)
    assert overflow["options"][0]["value"] == "form:close CH-1@2"


def test_while_it_is_worked_on_nothing_can_be_pressed() -> None:
    busy = render(everything(3).model_copy(update={"rows": ((More(buttons=everything(3).buttons),),)}).at_work())
    blocks = busy["attachments"][0]["blocks"]
    assert [block for block in blocks if block["type"] == "actions"] == []
    assert blocks[-1]["elements"][0]["text"] == "_working…_"


def test_nothing_empty_is_sent() -> None:
    content = render(Message(text="x", facts=(Fact(name="Team", value=""),), buttons=(Button(label="", action="a"),)))
    assert content["blocks"][1]["fields"][0]["text"] == "*Team*\n"
    assert content["blocks"][2]["elements"][0]["text"]["text"] == "–"
    assert plain_text("")["text"] == "–"
    assert option("", "v")["text"]["text"] == "–"


def test_without_a_title_the_text_leads() -> None:
    content = render(Message(text="Which team?", menu=everything(1).menu))
    assert content["blocks"][0]["text"]["text"] == "Which team?"
    assert content["attachments"] == []


def test_code_that_is_cut_between_sections_stays_code() -> None:
    text = "It says:\n```\n" + "line &lt;of&gt; log\n" * 400 + "```\nThat is all."
    sections = [block["text"]["text"] for block in render(Message(text="It says", body=text))["blocks"][1:]]
    assert len(sections) == 3
    assert [section.count("```") for section in sections] == [2, 2, 2]
    assert "".join(sections).count("line &lt;of&gt; log") == 400
