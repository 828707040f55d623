"""What is said in Slack can be said on GitHub: it looks the same, calls nobody and becomes no HTML."""

from datetime import UTC, datetime

import pytest

from bot.github.markdown import in_markdown
from bot.messages import Button, Fact, Message, escape, link, mention, moment

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("*CH-1* is _yours_, ~not~ theirs", "**CH-1** is _yours_, ~~not~~ theirs"),
        ("*<https://x.test/1|CH-1>* Redis", "**[CH-1](https://x.test/1)** Redis"),
        (f"see {link('https://x.test/1', 'the report')}", "see [the report](https://x.test/1)"),
        ("see <https://x.test/1>", "see <https://x.test/1>"),
        ("resolved by @bob and @ann.lee.", "resolved by `@bob` and `@ann.lee`."),
        (f"{mention('U1')} in <#C1|ops>", "`@U1` in #ops"),
        ("<!channel> look", "`@channel` look"),
        ("`assign CH-1 @bob` and `*x*`", "`assign CH-1 @bob` and `*x*`"),
        (escape("<img src=x> & 3 * 4 * 5"), "&lt;img src=x&gt; &amp; 3 * 4 * 5"),
        ("*CH-1* ![x](y) <https://x.test/1|a [b]>", r"**CH-1** !\[x\](y) [a \[b\]](https://x.test/1)"),
        ("• one\n• two", "- one\n- two"),
        ("mail ann@x.test, 2*3*4", "mail ann@x.test, 2*3*4"),
    ],
)
def test_marks_of_slack_are_those_of_markdown(said: str, shown: str) -> None:
    assert in_markdown(Message(text=said)) == shown


def test_a_moment_is_shown_as_its_fallback() -> None:
    assert in_markdown(Message(text=f"due {moment(AT)}")) == f"due {moment(AT).rpartition('|')[2].rstrip('>')}"


def test_title_facts_and_notes_are_parts_and_what_can_be_pressed_is_left_out() -> None:
    message = Message(
        text="CH-1 Redis is down",
        title="*CH-1* Redis is down",
        facts=(Fact(name="Status", value="open"), Fact(name="Assignees", value="@bob")),
        notes=("fewest open: 2",),
        buttons=(Button(label="Claim", action="claim", value="CH-1"),),
    )
    assert (
        in_markdown(message)
        == "**CH-1** Redis is down\n\n- **Status**: open\n- **Assignees**: `@bob`\n\nfewest open: 2"
    )
