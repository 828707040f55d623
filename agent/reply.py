"""What whoever asked for something is answered, and where it is to be seen."""

from dataclasses import dataclass

from bot.messages import Message
from storage.tickets import Ticket


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the asker sees, unless they look at the thread of the ticket that says it already.

    `seen_in` says it to everyone in its thread, `shown_by` (its changed card) to who pressed a button there.
    `is_shown`: what is done already shows it to whoever asked, so nothing is said.
    `settles` a question: the message whose button was pressed becomes this reply, so that it cannot be pressed again.
    `about` is what alone is settled where the agent's answer tells of more: the last word of its buttons' values.
    `caution` are those of its words that say more than what is changed: who decides whether it shall be reads them.
    """

    message: Message
    is_private: bool = False
    seen_in: Ticket | None = None
    shown_by: Ticket | None = None
    settles: bool = False
    about: str = ""
    caution: str = ""
    is_shown: bool = False


def text_reply(
    text: str, *, is_private: bool = False, seen_in: Ticket | None = None, shown_by: Ticket | None = None
) -> Reply:
    """A reply of words alone."""
    return Reply(message=Message(text=text), is_private=is_private, seen_in=seen_in, shown_by=shown_by)
