"""`budget`: what the model took today and may take, of the workspace and of a person; admins set how much."""

import re
from dataclasses import dataclass

from agent.commands.shapes import BUDGET
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.people.whom import person_named
from bot.errors import UserError
from bot.llm import budget_words as words
from bot.llm.accounts import TOKENS, USD, Kind, Payer, Standing, budgets_of, key_of, limits_for, standings
from bot.messages import escape
from bot.prices import MILLION
from prompts.words import fixed, say, say_of
from storage import llm_ledger, people, settings_kv
from storage.people import Person

DEFAULT = "default"
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("request", "turn", "anfrage"), "turn"),
    "person": "person",
    "workspace": "workspace",
}
SIZES = {"": 1, "k": 1000, "m": MILLION}
_TOKENS = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([km]?)(?:\s*tokens?)?", re.IGNORECASE | re.ASCII)
_MONEY = re.compile(
    r"\$\s*(\d{1,9}(?:\.\d{1,6})?)|(\d{1,9}(?:\.\d{1,6})?)\s*(?:usd|\$|dollars?)", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """How much at most: tokens, or millionths of a US dollar."""

    unit: str
    value: int


async def budget(desk: Desk, said: Said) -> Reply:
    """Show what was taken, or change how much may be."""
    found = BUDGET.fullmatch(" ".join(said.text.split()))
    whose, amount = (found["whose"] or found["of"] or "", found["amount"] or "") if found else ("", "")
    kind, person = KINDS.get(whose.casefold()), None
    if whose and kind is None:
        person = await person_named(desk, whose)
    if amount:
        desk.check_admin(doing=say("say how much the model may take"))
        await _set(desk, kind or "person", person, amount)
    elif person:
        await desk.check_person(person, doing=say("see what @{who} took", who=escape(person.name)))
    return text_reply(await _shown(desk, person or await people.get(desk.tx, desk.asker.person_id)), is_private=True)


async def _set(desk: Desk, kind: Kind, person: Person | None, typed: str) -> None:
    """Of the workspace, of every person or request, or of one person."""
    scope = llm_ledger.of_person(person.id) if person else ""
    wanted = None if typed.casefold() == DEFAULT else _read_amount(typed)
    for unit in [wanted.unit] if wanted else [TOKENS, USD]:
        key, value = key_of(kind, unit), str(wanted.value) if wanted else None
        before = await settings_kv.get(desk.tx, scope, key)
        if value == before:
            continue
        if value is None:
            await settings_kv.drop(desk.tx, scope, key)
        else:
            await settings_kv.put(desk.tx, scope, key, value, workspace_id=desk.workspace_id, set_by=desk.who)
        named = {"of": kind, "in": unit}
        about = ("person", person.id) if person else ("workspace", 0)
        desk.audit("budget", *about, before=named | {"limit": before}, after=named | {"limit": value})


def _read_amount(typed: str) -> Amount:
    """200k, 1.5M tokens, $5 or 5 usd.

    Raises:
        UserError: it is none of these, or nothing at all.
    """
    if found := _MONEY.fullmatch(typed):
        return Amount(unit=USD, value=round(float(found[1] or found[2]) * MILLION))
    if (found := _TOKENS.fullmatch(typed)) and (number := round(float(found[1]) * SIZES[found[2].casefold()])):
        return Amount(unit=TOKENS, value=number)
    hint = fixed("“{words}” is no budget: write tokens as in `200k` or `10M`, money as in `$5`, or `default`.")
    raise UserError(say(hint, words=escape(typed[:40])))


async def _shown(desk: Desk, person: Person) -> str:
    payer = Payer(person_id=person.id)
    rules = budgets_of(desk.settings)
    found = await standings(desk.tx, desk.workspace_id, payer, rules, now=desk.now)
    limits = await limits_for(desk.tx, rules, payer)
    is_own = desk.actor is not None and person.id == desk.actor.person_id
    names = {"person": say("you") if is_own else f"@{escape(person.name)}", "workspace": say("the workspace")}
    each = say("{tokens} tokens", tokens=words.short(limits["turn"].tokens))
    if (money := limits["turn"].money) is not None:
        each = say("{tokens}, {money}", tokens=each, money=words.dollars(money))
    return "\n".join(
        [
            say("*What the model took today*; {resets}", resets=words.resets(found[-1])),
            *(_line(names[standing.kind], standing) for standing in reversed(found)),
            say("• one request: {most} at most", most=each),
        ]
    )


def _line(whose: str, standing: Standing) -> str:
    entry = standing.entry
    aside = say(", {tokens} of them set aside", tokens=words.short(entry.reserved)) if entry.reserved else ""
    unpriced = say(", some without a price") if entry.unpriced and entry.cost else ""
    calls = say_of(entry.calls, " (1 call)", " ({count} calls)")
    return say("• {whose}: {used}", whose=whose, used=words.used(standing)) + aside + unpriced + calls


VERB = Verb(
    name="budget",
    takes=(Slot.BUDGET,),
    summary=fixed("show what the model took today and may take; admins set how much"),
    example="budget",
    another="budget set workspace 20M",
    action="profile",
    who=fixed("everyone to look; somebody else's: managers of their team; to change: admins"),
    act=budget,
    german=("kontingent",),
    inverse="budget",
)
