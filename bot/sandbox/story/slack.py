"""What people do in the workspace, and what they then see there."""

import asyncio
from typing import Any

from bot.sandbox.slack import Message
from bot.sandbox.slack.transcript import readable
from bot.sandbox.story.stage import Stage, StoryFailed, Verb
from bot.sandbox.story.steps import Step


def _with_control(stage: Stage, step: Step, wanted: str) -> Message:
    """The newest message in sight that has this button or menu."""
    for message in reversed(stage.in_sight(step)):
        if wanted in message.buttons or wanted in message.menus:
            return message
    raise StoryFailed(f"nothing to press in sight is called {wanted!r}")


async def _say(stage: Stage, step: Step) -> None:
    where, root = stage.message(step.under) if step.under else (step.where, None)
    ts = await stage.slack.say(step.who, where, step.say or "", thread_ts=root)
    if step.call:
        stage.messages[step.call] = (where, ts)


async def _dm(stage: Stage, step: Step) -> None:
    await stage.slack.dm(step.who, step.dm or "")


async def _command(stage: Stage, step: Step) -> None:
    command, _, text = (step.command or "").partition(" ")
    await stage.slack.command(step.who, step.where, command, text)


async def _click(stage: Stage, step: Step) -> None:
    label = step.click or ""
    message = _with_control(stage, step, label)
    if message.ephemeral:
        await stage.slack.click_ephemeral(step.who, label)
    else:
        together = (who for who in (step.who, step.beside) if who)
        await asyncio.gather(*(stage.slack.click(who, message.channel, message.ts, label) for who in together))


async def _select(stage: Stage, step: Step) -> None:
    message, choice = _with_control(stage, step, step.menu), step.select or ""
    if message.ephemeral:
        await stage.slack.select_ephemeral(step.who, action=step.menu, choice=choice)
    else:
        await stage.slack.select(step.who, message.channel, message.ts, action=step.menu, choice=choice)


async def _submit(stage: Stage, step: Step) -> None:
    if errors := await stage.slack.submit(step.who, dict[str, Any](step.submit or {})):
        raise StoryFailed(f"the form says {'; '.join(errors.values())}")


async def _react(stage: Stage, step: Step) -> None:
    await stage.slack.react(step.who, *stage.message(step.to), step.react or "")


async def _expect(stage: Stage, step: Step) -> None:
    wanted = [step.expect] if isinstance(step.expect, str) else step.expect or []

    def is_said() -> bool:
        said = (readable(stage.slack.world, message.plain) for message in stage.in_sight(step) if message.bot_id)
        return any(all(text in words for text in wanted) for words in said)

    await stage.seen(is_said, f"Chargehand was expected to say {' … '.join(wanted)!r}")


async def _reacted(stage: Stage, step: Step) -> None:
    emoji, (where, ts) = step.reacted or "", stage.message(step.to)
    await stage.seen(lambda: emoji in stage.slack.reactions(where, ts), f"the reaction {emoji!r} was expected")


VERBS: dict[str, Verb] = {
    "say": _say,
    "dm": _dm,
    "command": _command,
    "click": _click,
    "select": _select,
    "submit": _submit,
    "react": _react,
    "expect": _expect,
    "reacted": _reacted,
}
