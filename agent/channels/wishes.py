"""`channel follow|repo|approvals|tools|instructions|bots …`: what managers, or admins, want in a channel."""

import re
from collections.abc import Awaitable, Callable, Sequence

from agent.channels import settings as channels
from agent.desk import Desk
from agent.github.which import HERE, repository_for
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say

DEFAULT = {"default", "off", "aus"}
BOT = re.compile(r"B[A-Z0-9]{2,30}")
MOST_BOTS = 20
ALLOW, DENY = "allow", "deny"
LEVELS = fixed("“{word}” is none of them: write `channel {act} {levels}`, or `default`.")


async def follow(desk: Desk, here: str, words: str) -> None:
    """What is heard without a mention."""
    await channels.check_voice(desk, here, doing=say("say what I listen to in this channel"))
    await _keep_level(desk, here, channels.FOLLOW, words, channels.LEVELS, usual=channels.MENTION)


async def tools(desk: Desk, here: str, words: str) -> None:
    """Which tools the agent may have; never more than everywhere else."""
    await channels.check_voice(desk, here, doing=say("say what I may do in this channel"))
    await _keep_level(desk, here, channels.TOOLS, words, channels.TOOL_LEVELS, usual=channels.EVERY)


async def approvals(desk: Desk, here: str, words: str) -> None:
    """What has to be approved: a channel may only be stricter than the workspace.

    Raises:
        UserError: it would be laxer.
    """
    await channels.check_voice(desk, here, doing=say("say what has to be approved in this channel"))
    order = list(channels.STRICTER)
    own, wanted = desk.settings.approvals, words.strip().casefold()
    if wanted in order and order.index(own) < order.index(wanted):
        laxer = fixed("The workspace is at `{own}` (CHARGEHAND_APPROVALS): a channel may only be stricter.")
        raise UserError(say(laxer, own=own))
    await _keep_level(desk, here, channels.APPROVALS, words, order, usual="")


async def _keep_level(desk: Desk, here: str, key: str, words: str, levels: Sequence[str], *, usual: str) -> None:
    word = words.strip().casefold()
    if word not in {*levels, *DEFAULT}:
        raise UserError(say(LEVELS, word=escape(word[:40]), act=key, levels="|".join(levels)))
    await channels.keep(desk, here, key, None if word in {usual, *DEFAULT} else word)


async def repo(desk: Desk, here: str, words: str) -> None:
    """Which repository is meant where none is named."""
    await channels.check_voice(desk, here, doing=say("say which repository is meant in this channel"))
    name = words.strip()
    if name.casefold() in DEFAULT:
        await channels.keep(desk, here, channels.REPO, None)
        return
    if not name or name == HERE:
        raise UserError(say("Which one? Write `channel repo OWNER/NAME`, or `default`."))
    which = await repository_for(desk, name, ticket_id=None)
    await channels.keep(desk, here, channels.REPO, str(which.row.id))


async def instructions(desk: Desk, here: str, words: str) -> None:
    """How answers are to be, and what the agent is to know; it cannot add a right.

    Raises:
        UserError: it is too long.
    """
    await channels.check_voice(desk, here, doing=say("say how I answer in this channel"))
    text = words.strip()
    if len(text) > channels.LONGEST_INSTRUCTIONS:
        long = fixed("That is {length} characters; instructions may have {most}. Say the shorter thing.")
        raise UserError(say(long, length=len(text), most=channels.LONGEST_INSTRUCTIONS))
    await channels.keep(desk, here, channels.INSTRUCTIONS, None if text.casefold() in {"", *DEFAULT} else text)


async def bots(desk: Desk, here: str, words: str) -> None:
    """Whose messages, of bots and apps, count like those of people.

    Raises:
        UserError: no bot is named, or too many.
    """
    desk.check_admin(doing=say("let bots be heard in a channel"))
    act, _, rest = words.strip().partition(" ")
    named = {word.upper() for word in re.split(r"[\s,]+", rest.strip()) if word}
    if act.casefold() not in {ALLOW, DENY} or not named or not all(BOT.fullmatch(one) for one in named):
        how = fixed("Write `channel bots allow B0123ABC`, or `deny`: the bot's id begins with B.")
        raise UserError(say(how))
    known = await channels.bots_in(desk.tx, here)
    wanted = known | named if act.casefold() == ALLOW else known - named
    if len(wanted) > MOST_BOTS:
        raise UserError(say("At most {most} bots are heard in a channel.", most=MOST_BOTS))
    await channels.keep(desk, here, channels.BOTS, " ".join(sorted(wanted)) or None)


WISHES: dict[str, Callable[[Desk, str, str], Awaitable[None]]] = {
    "follow": follow,
    "repo": repo,
    "approvals": approvals,
    "tools": tools,
    "instructions": instructions,
    "bots": bots,
}
