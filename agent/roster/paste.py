"""`person import` in Slack: pasted lines show what they would change; one press makes just that, or shows it anew."""

import hashlib

from agent.desk import Desk
from agent.more import more_lines
from agent.reply import Reply, text_reply
from agent.roster import keep, sheet
from agent.roster.plan import Plan
from bot.errors import UserError
from bot.messages import Button, Message, escape, plain
from prompts.words import say, say_of
from storage import calendars, settings_kv

PENDING = "pending:import"  # key of settings_kv, in the scope of who pasted it
APPLY = "apply"
SHOWN = 40  # lines


async def take_in(desk: Desk, words: str) -> Reply:
    """Show what the lines would change, or after a look at that make the changes: all of them, or none.

    Raises:
        Refused: the asker is no admin. UserError: a line is wrong, so nothing is changed.
    """
    desk.check_admin(doing=say("import people"))
    word, _, seen = words.partition(" ")
    if word.casefold() == APPLY:
        return await _apply(desk, seen.strip())
    return await _preview(desk, plain(words) if desk.is_typed else words)


async def _preview(desk: Desk, text: str, *, note: str = "") -> Reply:
    plan = await _plan(desk, text)
    lines = [str(change) for change in plan.changes]
    if not lines:
        return text_reply(say("These lines change nothing: all is so already."), is_private=True)
    scope, by = calendars.of_person(desk.asker.person_id), desk.who
    await settings_kv.put(desk.tx, scope, PENDING, text, workspace_id=desk.workspace_id, set_by=by)
    more = more_lines(len(lines), SHOWN)
    shown = "\n".join(f"`{escape(line).replace('`', '')}`" for line in [*lines[:SHOWN]])
    told = "\n".join([note + say("{changes}; nothing is changed yet.", changes=_counted(lines)), shown, *more])
    button = Button(label=say("Apply"), action="person", value=f"import {APPLY} {_seen(text, plan)}", style="primary")
    return Reply(message=Message(text=told, buttons=(button,)), is_private=True)


async def _apply(desk: Desk, seen: str) -> Reply:
    scope = calendars.of_person(desk.asker.person_id)
    text = await settings_kv.get(desk.tx, scope, PENDING)
    if text is None:
        raise UserError(
            say("There is nothing to apply any more. Paste the lines again: “Import people…” on your Home tab.")
        )
    plan = await _plan(desk, text)
    if _seen(text, plan) != seen:
        return await _preview(desk, text, note=say("Something is not as it was when you looked. "))
    await keep.apply(desk, plan)
    await settings_kv.drop(desk.tx, scope, PENDING)
    made = _counted([str(change) for change in plan.changes])
    return Reply(message=Message(text=say("{changes} made.", changes=made)), is_private=True, settles=True)


async def _plan(desk: Desk, text: str) -> Plan:
    entries, wrong = sheet.read(text.encode())
    plan = await keep.planned_here(desk, entries, wrong)
    if plan.problems:
        told = "\n".join(
            say("• line {line}: {problem}", line=one.line, problem=escape(one.text)) for one in plan.problems[:SHOWN]
        )
        raise UserError(say("Nothing was changed, since something is wrong:\n{problems}", problems=told))
    return plan


def _seen(text: str, plan: Plan) -> str:
    """A name for what was shown: these lines, and what they would change."""
    return hashlib.sha256("\n".join([text, *map(str, plan.changes)]).encode()).hexdigest()[:16]


def _counted(lines: list[str]) -> str:
    return say_of(len(lines), "1 change", "{count} changes")
