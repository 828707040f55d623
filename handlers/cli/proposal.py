"""`proposal …`: what waits for somebody's approval, and an admin's decision on it from here, as in Slack."""

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from handlers.cli.table import AsJson, listed

if TYPE_CHECKING:
    from storage.database import Tx
    from storage.proposals import Proposal

HEADS = ("proposal", "asked at (UTC)", "by", "what", "turn", "state", "until (UTC)", "decided by")
HIDDEN = "(private: `proposal show --private` shows it, on record)"
Name = Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its name: P-3.")]
Admin = Annotated[str, typer.Option("--as", help="The admin who decides: a name or a Slack id.")]
State = Literal["open", "approved", "executed", "failed", "denied", "expired", "withdrawn", "stale", "superseded"]


def register(cli: typer.Typer) -> None:
    proposal = typer.Typer(no_args_is_help=True, help="See what waits for approval; approve or deny it as an admin.")
    proposal.command("list")(show_all)
    for verb in (show, approve, deny):
        proposal.command()(verb)
    cli.add_typer(proposal, name="proposal")


def show_all(
    *,
    state: Annotated[State | None, typer.Option(help="In this state; else those that wait.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="In whatever state.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what waits for approval and until when, the newest first."""
    rows = asyncio.run(_list("" if everything else state or "open", limit))
    listed(HEADS, rows, none="No proposal is like that.", as_json=as_json)


async def _list(state: str, most: int) -> list[tuple[str, ...]]:
    from bot.settings import read_settings
    from handlers.cli.desk import look
    from storage import people, proposals, workspace

    async with look(read_settings()) as tx:
        names = {one.id: one.name for one in await people.everyone(tx)}
        found = await proposals.latest(tx, await workspace.current(tx), state=state, most=most)
        return [await _row(tx, one, names) for one in found]


async def _row(tx: "Tx", one: "Proposal", names: dict[int, str]) -> tuple[str, ...]:
    from bot.messages import plain
    from storage import turns

    turn = await turns.get(tx, one.turn_id) if one.turn_id else None
    return (
        one.name,
        f"{one.created_at:%Y-%m-%d %H:%M}",
        names.get(one.asker_id, "?"),
        HIDDEN if await _is_private(tx, one) else plain(one.said),
        turn.name if turn else "",
        f"{one.state}, {one.outcome}" if one.outcome else one.state,
        f"{one.expires_at:%Y-%m-%d %H:%M}",
        names.get(one.decided_by or 0, ""),
    )


async def _is_private(tx: "Tx", one: "Proposal") -> bool:
    """Whether not everybody in the workspace may know of it."""
    from storage import tickets, turns

    is_hidden = bool(one.hidden_in) or bool(one.ticket_id and (await tickets.get(tx, one.ticket_id)).is_private)
    return is_hidden or bool(one.turn_id and (await turns.get(tx, one.turn_id)).is_private)


def show(
    name: Name,
    *,
    private: Annotated[bool, typer.Option("--private", help="Also what is private; goes on record.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one in full. Who asks for what, before and after, what nobody said, who may decide, what came of it."""
    told = asyncio.run(_show(name, private=private))
    if as_json:
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for key, value in told.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        typer.echo(f"{key:<15} {shown}")


async def _show(name: str, *, private: bool) -> dict[str, Any]:
    from bot.settings import read_settings
    from handlers.cli.desk import look, operator

    settings = read_settings()
    async with look(settings) as tx:
        found = await _named(tx, name)
        is_hidden = await _is_private(tx, found)
        told = await _told(tx, found, with_text=private or not is_hidden)
    if private and is_hidden:
        async with operator(settings) as desk:
            desk.audit("read private", "proposal", found.id, before={}, after={"proposal": found.name})
    return told


async def _told(tx: "Tx", one: "Proposal", *, with_text: bool) -> dict[str, Any]:
    from bot.access import who_may
    from bot.messages import plain
    from storage import people, proposals, tickets, turns

    async def called(person_id: int | None) -> str:
        return (await people.get(tx, person_id)).name if person_id else ""

    ticket = await tickets.get(tx, one.ticket_id) if one.ticket_id else None
    named = await called(one.approver_id)
    return {
        "proposal": one.name,
        "state": one.state,
        "outcome": one.outcome,
        "asked by": await called(one.asker_id),
        "asked at": one.created_at.isoformat(),
        "what": plain(one.said) if with_text else HIDDEN,
        "ticket": ticket.name if ticket and with_text else "",
        "turn": (await turns.get(tx, one.turn_id)).name if one.turn_id else "",
        "before": one.before if with_text else {},
        "after": one.after if with_text else {},
        "ungrounded": one.ungrounded,
        "may decide": f"{named}, {who_may(one.needs)}" if named else who_may(one.needs),
        "until": one.expires_at.isoformat(),
        "decided by": await called(one.decided_by),
        "in the place of": (await proposals.get(tx, one.replaces)).name if one.replaces else "",
        "edited by": await called(one.edited_by),
        "reason": (one.reason or "") if with_text else "",
    }


async def _named(tx: "Tx", name: str) -> "Proposal":
    import re

    from bot.errors import UserError
    from storage import proposals, workspace

    number = re.fullmatch(r"p?-?(\d{1,9})", name.strip(), re.IGNORECASE)
    found = number and await proposals.by_number(tx, await workspace.current(tx), int(number[1]))
    if not found:
        raise UserError(f"There is no proposal {name}: `python app.py proposal list --all` shows those there are.")
    return found


def approve(name: Name, *, acting_as: Admin, as_json: AsJson = False) -> None:
    """Have it done, as if that admin had pressed Approve; a running Chargehand does what the agent asked for."""
    _say(asyncio.run(_decide("approve", name, "", acting_as)), as_json=as_json)


def deny(
    name: Name,
    reason: Annotated[str, typer.Argument(help="Goes on record and to who asked.")],
    *,
    acting_as: Admin,
    as_json: AsJson = False,
) -> None:
    """Have it not done, as if that admin had pressed Deny."""
    _say(asyncio.run(_decide("deny", name, reason, acting_as)), as_json=as_json)


def _say(text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps({"said": text}, ensure_ascii=False) if as_json else text)


async def _decide(verb: str, name: str, reason: str, acting_as: str) -> str:
    """Run the command that the button runs, in the name of an admin.

    Raises:
        Refused: they are no admin, or may not decide this one.
    """
    from agent.commands.run import run_line
    from bot.messages import plain
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings(), acting_as=acting_as) as desk:
        desk.check_admin(doing=f"decide {name} at the command line")
        found = await _named(desk.tx, name)
        return plain((await run_line(desk, f"{verb} {found.name} {reason}".strip())).message.text).replace("*", "")
