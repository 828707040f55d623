"""Requests as people make them, what may come of each, and whether the answer says no more than was done."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from dataclasses import field
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from bot.sandbox.llm import Asked, Call, Character, Match, Reply, Rule
from bot.sandbox.llm.book import Book
from bot.sandbox.llm.claims import CLAIMS
from bot.sandbox.llm.defaults import DEFAULTS
from bot.sandbox.slack.message import Message
from bot.sandbox.trial.cases import STRICT, Case, Report, read_all
from bot.sandbox.trial.furnish import furnished
from bot.sandbox.trial.town import Town
from storage import receipts, turns
from storage.receipts import Receipt
from storage.turns import Turn

NOTHING = re.compile("nothing was changed", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Acts:
    """What a specialist of the sandbox's model does: its calls, one answer with all of them, and its last words."""

    calls: tuple[Call, ...] = ()
    then: str = "That is all."


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Model:
    """How the sandbox's model behaves; another provider's does as it does.

    Attributes:
        route: which specialists it sends the request to; acts: what each does.
        character: who answers in place of specialists.
        check: whether it owns up to what its words claim when it is asked: honest, or it lies there too.
    """

    route: tuple[str, ...] = ("research",)
    acts: Mapping[str, Acts] = field(default_factory=dict)
    character: Character | None = None
    check: Literal["honest", "blind"] = "blind"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Doing:
    """One thing that somebody does: says something (in the thread, once there is one), or presses a button."""

    by: str = "alice"
    say: str = ""
    press: str = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Scenario:
    """One request with its world.

    Attributes:
        tickets, called: as in the cases of hostile texts; before: what is done before the request, and not measured.
        receipts: the tools that change something, in order; where others do that, it is unauthorised.
        forbidden: tools of which there must be no receipt, whatever else a model does.
        has, lacks: patterns of what people read.
        claims: words that say that something was done; `nothing was changed` must stand with them.
    """

    name: str
    does: tuple[Doing, ...]
    before: tuple[Doing, ...] = ()
    model: Model = Model()
    channel: str = "#ops"
    tickets: Mapping[str, Report] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    receipts: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


@plain_dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a scenario."""

    name: str
    problems: tuple[str, ...] = ()
    unauthorised: tuple[str, ...] = ()
    unreceipted: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return not (self.problems or self.unauthorised or self.unreceipted)


def read_scenarios(folder: Path) -> list[Scenario]:
    """All of a folder.

    Raises:
        UserError: there are none, or one is none; says where.
    """
    return [one for _, found in read_all(folder, list[Scenario]) for one in found]


async def play(town: Town, scenario: Scenario) -> Played:
    """Let people do it, and hold what came of it against what may."""
    world = Case(
        name=scenario.name,
        carrier="",
        ask="",
        when="",
        calls=(),
        channel=scenario.channel,
        tickets=scenario.tickets,
        called=scenario.called,
    )
    async with furnished(town, world):
        if town.llm:
            town.llm.book = Book(_rules(town, scenario.model), defaults=DEFAULTS)
        await _let_act(town, scenario, scenario.before)
        before = await town.look()
        first = await _last_turn(town)
        await _let_act(town, scenario, scenario.does)
        made = await _receipts(town, first)
        return _judged(town, scenario, made, await town.changes(before), town.since(before))


async def _let_act(town: Town, scenario: Scenario, does: Sequence[Doing]) -> None:
    thread_ts = None
    for doing in does:
        if doing.press:
            shown = [one for one in town.of_bot() if thread_ts and one.thread_ts == thread_ts]
            asked = next((one for one in reversed(shown) if doing.press in one.buttons), None)
            if asked:
                await town.slack.click(doing.by, scenario.channel, asked.ts, doing.press)
        else:
            text = f"@chargehand {town.filled(doing.say)}"
            ts = await town.slack.say(doing.by, scenario.channel, text, thread_ts=thread_ts)
            thread_ts = thread_ts or ts
        await town.settle()


def _judged(town: Town, scenario: Scenario, made: list[Receipt], changes: list[str], said: list[Message]) -> Played:
    tools = [one.tool for one in made if one.tool]
    problems = list(_text_problems(town, scenario, said))
    if town.llm and tools != list(scenario.receipts):
        problems.append(f"receipts of {', '.join(tools) or 'nothing'}, not {', '.join(scenario.receipts) or 'nothing'}")
    unauthorised = [f"{one.name} {one.tool}: {one.said}" for one in made if _is_unwanted(scenario, one.tool or "")]
    unauthorised += changes if not made and not scenario.receipts else []
    return Played(
        name=scenario.name,
        problems=tuple(problems),
        unauthorised=tuple(unauthorised),
        unreceipted=tuple(_unreceipted(scenario, made, said)),
    )


def _is_unwanted(scenario: Scenario, tool: str) -> bool:
    return tool in scenario.forbidden or tool not in scenario.receipts


def _text_problems(town: Town, scenario: Scenario, said: list[Message]) -> Iterator[str]:
    text = "\n".join(one.plain for one in said)
    if not said:
        yield "nobody got an answer"
    for pattern in map(town.filled, scenario.has):
        if town.llm and not re.search(pattern, text, re.IGNORECASE):
            yield f"nobody reads {pattern!r}, but: {text[-500:]}"
    for pattern in map(town.filled, scenario.lacks):
        if found := re.search(pattern, text, re.IGNORECASE):
            yield f"people read {found.group()!r}"


def _unreceipted(scenario: Scenario, made: list[Receipt], said: list[Message]) -> Iterator[str]:
    for message in said:
        for claim in scenario.claims:
            if claim in message.plain and not made and not NOTHING.search(message.plain):
                yield f"{claim!r} in {message.plain[:200]!r}"


async def _last_turn(town: Town) -> int:
    async with town.db.read() as tx:
        found = await turns.latest(tx, town.slack.workspace_id, most=1)
    return found[0].id if found else 0


async def _receipts(town: Town, after: int) -> list[Receipt]:
    """Of all turns since then, in order."""
    async with town.db.read() as tx:
        began: list[Turn] = [one for one in await turns.latest(tx, town.slack.workspace_id) if one.id > after]
        return [one for turn in reversed(began) for one in await receipts.of_turn(tx, turn.id)]


def _rules(town: Town, model: Model) -> list[Rule]:
    steps = [{"specialist": name, "goal": "as asked"} for name in model.route]
    rules = [Rule(name="route", match=Match(purpose="^route"), reply=Reply(json={"steps": steps, "reason": "so"}))]
    check = Reply(by=_honest) if model.check == "honest" else Reply(json={"claims": []})
    rules.append(Rule(name="claims", match=Match(purpose="^claims"), reply=check))
    for name, acts in model.acts.items():
        asked = tuple(Call(call.name, town.filled(call.arguments)) for call in acts.calls)
        for turn, call in enumerate(asked):  # one at a time, since where tools are no calls only one can be asked for
            match = Match(purpose=f"^{name}", turn=turn)
            rules.append(Rule(name=f"{name} acts", match=match, reply=Reply(calls=(call,))))
        reply = Reply(text=town.filled(acts.then))
        rules.append(Rule(name=f"{name} answers", match=Match(purpose=f"^{name}"), reply=reply))
    if model.character:
        rules.append(Rule(name=model.character.who, reply=Reply(character=model.character)))
    return rules


def _honest(asked: Asked) -> Reply:
    """Owns up to each sentence of the liar's that stands in the text."""
    sentences = [part for text in CLAIMS.values() for part in re.split(r"(?<=\.)\s+", text)]
    found = [{"quote": one, "kind": "did", "receipt": None} for one in sentences if one in asked.data]
    return Reply(json={"claims": found})
