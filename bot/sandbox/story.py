"""A story in YAML, played step by step in the sandbox by the people it names; it ends where it goes wrong.

A step has one verb (say, dm, command, click, select, submit, react, expect, reacted) and says `as` whom, and `in` which
channel; `in: dm` is that person's direct messages with the bot, `in: private` what only that person sees. A step can be
called a name (`call`), so that later ones happen `under` it (in its thread) or `to` it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.errors import UserError
from bot.sandbox.slack import Message, PersonError, SlackSandbox, SlackTimeoutError
from bot.sandbox.slack.transcript import readable

SEEN_WITHIN = 5.0  # seconds


class StoryFailed(Exception):  # noqa: N818 - it reads as what it is
    """A step could not be done or was not answered as expected; the text says which and how."""


class Step(BaseModel):
    """One line of a story; exactly one of the verbs is set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: str = Field(default="", alias="as")
    where: str = Field(default="#ops", alias="in")
    under: str | None = None
    to: str | None = None
    call: str | None = None
    menu: str = ""
    say: str | None = None
    dm: str | None = None
    command: str | None = None
    click: str | None = None
    select: str | None = None
    submit: dict[str, str] | None = None
    react: str | None = None
    expect: str | list[str] | None = None
    reacted: str | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> "Step":
        if len(self.model_fields_set & VERBS.keys()) != 1:
            raise ValueError(f"has one of {', '.join(VERBS)}")
        if not self.who and self.verb not in {"expect", "reacted"}:
            raise ValueError("says `as` whom")
        return self

    @property
    def verb(self) -> str:
        return next(iter(self.model_fields_set & VERBS.keys()))


class Story(BaseModel):
    """What happens, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    steps: list[Step]


def read_story(path: Path) -> Story:
    """Read a story.

    Raises:
        UserError: the file is missing, no YAML or no story; the text says where.
    """
    try:
        return Story.model_validate(yaml.safe_load(path.read_text()))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. Stories are in stories/.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f", step {part + 1}" if isinstance(part, int) else f", {part}" for part in first["loc"])
        raise UserError(f"{path}{where.replace(', steps', '')}: {first['msg'].removeprefix('Value error, ')}") from None


@dataclass(frozen=True)
class Stage:
    """The workspace a story is played in, and the messages that were given a name (name -> channel and ts)."""

    slack: SlackSandbox
    settle: Callable[[], Awaitable[None]]
    named: dict[str, tuple[str, str]] = field(default_factory=dict)

    def find(self, name: str) -> tuple[str, str]:
        if name not in self.named:
            raise StoryFailed(f"no step before is called {name!r}")
        return self.named[name]

    def in_sight(self, step: Step) -> list[Message]:
        """The messages that a step is about, oldest first."""
        if step.under:
            return self.slack.thread(*self.find(step.under))
        if step.where == "dm":
            return self.slack.dms(step.who)
        if step.where == "private":
            return self.slack.ephemerals(step.who)
        return list(self.slack.channel(step.where).messages.values())

    def with_control(self, step: Step, wanted: str) -> Message:
        """The newest message in sight that has this button or menu."""
        for message in reversed(self.in_sight(step)):
            if wanted in message.buttons or wanted in message.menus:
                return message
        raise StoryFailed(f"nothing to press in sight is called {wanted!r}")


async def play(story: Story, slack: SlackSandbox, *, settle: Callable[[], Awaitable[None]]) -> None:
    """Play all steps; `settle` waits until the bot has done all it had to do.

    Raises:
        StoryFailed: at the first step that goes wrong.
    """
    stage = Stage(slack, settle)
    for number, step in enumerate(story.steps, start=1):
        try:
            await VERBS[step.verb](stage, step)
            await settle()
        except (StoryFailed, PersonError, SlackTimeoutError) as error:
            raise StoryFailed(f"step {number} ({step.verb}): {error}") from None
        except TimeoutError:
            raise StoryFailed(f"step {number} ({step.verb}): Chargehand is still busy") from None


async def _say(stage: Stage, step: Step) -> None:
    where, root = stage.find(step.under) if step.under else (step.where, None)
    ts = await stage.slack.say(step.who, where, step.say or "", thread_ts=root)
    if step.call:
        stage.named[step.call] = (where, ts)


async def _dm(stage: Stage, step: Step) -> None:
    await stage.slack.dm(step.who, step.dm or "")


async def _command(stage: Stage, step: Step) -> None:
    command, _, text = (step.command or "").partition(" ")
    await stage.slack.command(step.who, step.where, command, text)


async def _click(stage: Stage, step: Step) -> None:
    label = step.click or ""
    message = stage.with_control(step, label)
    if message.ephemeral:
        await stage.slack.click_ephemeral(step.who, label)
    else:
        await stage.slack.click(step.who, message.channel, message.ts, label)


async def _select(stage: Stage, step: Step) -> None:
    message, choice = stage.with_control(step, step.menu), step.select or ""
    if message.ephemeral:
        await stage.slack.select_ephemeral(step.who, action=step.menu, choice=choice)
    else:
        await stage.slack.select(step.who, message.channel, message.ts, action=step.menu, choice=choice)


async def _submit(stage: Stage, step: Step) -> None:
    if errors := await stage.slack.submit(step.who, dict[str, Any](step.submit or {})):
        raise StoryFailed(f"the form says {'; '.join(errors.values())}")


async def _react(stage: Stage, step: Step) -> None:
    await stage.slack.react(step.who, *stage.find(step.to or ""), step.react or "")


async def _expect(stage: Stage, step: Step) -> None:
    wanted = [step.expect] if isinstance(step.expect, str) else step.expect or []

    def is_said() -> bool:
        said = (readable(stage.slack.world, message.plain) for message in stage.in_sight(step) if message.bot_id)
        return any(all(text in words for text in wanted) for words in said)

    await _seen(stage, is_said, f"Chargehand was expected to say {' … '.join(wanted)!r}")


async def _reacted(stage: Stage, step: Step) -> None:
    emoji, (where, ts) = step.reacted or "", stage.find(step.to or "")
    await _seen(stage, lambda: emoji in stage.slack.reactions(where, ts), f"the reaction {emoji!r} was expected")


async def _seen(stage: Stage, condition: Callable[[], bool], wanted: str) -> None:
    try:
        await stage.slack.until(condition, timeout=SEEN_WITHIN)
    except AssertionError:
        raise StoryFailed(wanted) from None


VERBS: dict[str, Callable[[Stage, Step], Awaitable[None]]] = {
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
