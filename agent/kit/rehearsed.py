"""What a dry run tells in place of doing it: the words of what would be done, and each field before and after."""

from agent.desk import Desk
from agent.kit.deed import Deed, in_words
from agent.kit.grants import Grant
from agent.kit.use import WOULD, Use
from agent.proposals.fields import change_of
from bot.messages import Message, escape
from prompts.words import fixed, say
from storage.turns import ToolCall

WOULD_DO = fixed("Would do: {what}")


def is_rehearsal(desk: Desk, grant: Grant) -> bool:
    """Whether the asker, or the settings by now, want nothing to be done."""
    return grant.is_dry or desk.settings.dry_run


async def only_told(desk: Desk, use: Use, would: Deed) -> ToolCall:
    """The use as it is stored: nothing was done, and no proposal made."""
    said = say(WOULD_DO, what="\n".join([escape(would.why), *await change_of(desk, would)]))
    text = f"dry run: nothing was done. Would do: {await in_words(desk, would)}"
    return use.row(WOULD, text, at=desk.now, shown=Message(text=said).model_dump(mode="json"))
