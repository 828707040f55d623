"""What the Home tab shows, before Slack's blocks: parts with a heading, lines, and controls under them."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.messages import Control, Message

MESSAGES = "messages"  # the other tab
HOME = "home"  # stands in the place of a channel where something was pressed or sent on the Home tab


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Value):
    """One thing, as mrkdwn. `beside` stands at its right, `controls` in a row under it."""

    text: str
    beside: Control | None = None
    controls: tuple[Control, ...] = ()


class Part(_Value):
    """Lines under a heading; `note` is said under them, `controls` stand last."""

    title: str
    lines: tuple[Line, ...] = ()
    note: str = ""
    controls: tuple[Control, ...] = ()


class Home(_Value):
    """The whole tab. `said` are the answers to what was pressed on it, the newest first.

    `cut` is said at the end of what is shown, where Slack shows no more.
    """

    greeting: str
    cut: str = "…"
    said: tuple[Message, ...] = ()
    controls: tuple[Control, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SlackHome:
    """Somebody opened the app: its Home tab, or the Messages tab, which is their direct message with the bot."""

    user_id: str
    tab: str = HOME
    channel_id: str = ""
