"""What people wrote never takes effect in what the bot says, and reads as they meant it."""

from datetime import UTC, datetime

import pytest

from bot.messages import escape, link, mention, moment, plain


@pytest.mark.parametrize("text", ["<!channel>", "<@U1> look", "<https://evil.example|click>", "a <b> & c &lt;"])
def test_escaped_words_hold_no_token(text: str) -> None:
    assert not set("<>") & set(escape(text))
    assert plain(escape(text)) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<@U1> and <@U2|carol> and <@U3>", "@bob and @carol and @U3"),
        ("<#C1|ops> <#C2>", "#ops #C2"),
        ("<!here> <!channel|@channel> <!subteam^S1|@oncall>", "@here @channel @oncall"),
        ("<!subteam^S1>", "@subteam"),
        ("<https://a.example/x|the page> <https://b.example>", "the page https://b.example"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
    ],
)
def test_markup_is_read_out(text: str, read: str) -> None:
    assert plain(text, {"U1": "bob"}) == read


def test_links_mentions_and_moments() -> None:
    assert link("https://a.example", "<x> & y") == "<https://a.example|&lt;x&gt; &amp; y>"
    assert mention("U1") == "<@U1>"
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert moment(at) == "<!date^1767323040^{date_short_pretty} {time}|2026-01-02 03:04 UTC>"
