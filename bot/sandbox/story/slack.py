"""What people do in the workspace, and what they then see there."""

import asyncio
import json
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


async def _shortcut(stage: Stage, step: Step) -> None:
    where, ts = stage.message(step.to)
    await stage.slack.shortcut(step.who, step.shortcut or "", channel=where, ts=ts)


async def _submit(stage: Stage, step: Step) -> None:
    await stage.seen(lambda: stage.slack.modal(step.who) is not None, "a form was expected")
    if errors := await stage.slack.submit(step.who, dict[str, Any](step.submit or {})):
        raise StoryFailed(f"the form says {'; '.join(errors.values())}")


async def _home(stage: Stage, step: Step) -> None:
    await stage.slack.open_home(step.who)
    wanted = [step.home] if isinstance(step.home, str) else step.home or []

    def is_there() -> bool:
        page = json.dumps(stage.slack.home(step.who), ensure_ascii=False)
        return all(text in page for text in wanted)

    await stage.seen(is_there, f"{' … '.join(wanted)!r} was expected on the Home tab of {step.who}")
    stage.tell(f"the Home tab of {step.who} has: {', '.join(wanted)}")


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
    "shortcut": _shortcut,
    "submit": _submit,
    "home": _home,
    "react": _react,
    "expect": _expect,
    "reacted": _reacted,
}
