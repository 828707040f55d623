"""`person import` and `person export`: people and their teams as a table; nothing changes before `--apply`."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.table import AsJson, told

if TYPE_CHECKING:
    from agent.roster.plan import Plan

File = Annotated[Path, typer.Argument(help="A CSV file with commas, semicolons or tabs.", exists=True, dir_okay=False)]
As = Annotated[str | None, typer.Option("--as", help="A known person, whose rights count instead of yours.")]


def register(person: typer.Typer) -> None:
    person.command("import")(take_in)
    person.command("export")(_give_out)


def take_in(
    file: File,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Make the changes; all of them, or none.")] = False,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file of people would change, or change it with --apply."""
    asyncio.run(_take_in(file, is_applied=apply, acting_as=acting_as, as_json=as_json))


async def _take_in(file: Path, *, is_applied: bool, acting_as: str | None, as_json: bool) -> None:
    from agent.roster import keep, sheet
    from agent.roster.plan import planned
    from bot.settings import read_settings
    from handlers.cli.desk import operator
    from storage.migrate import version_of

    with file.open("rb") as opened:
        entries, wrong = sheet.read(opened.read(sheet.MOST_BYTES + 1))
    settings = read_settings()
    if not is_applied and version_of(settings.database, settings.connections) is None:
        plan = planned([], [], entries)
        plan.problems += wrong
        _tell(plan, is_applied=False, as_json=as_json)
        return
    async with operator(settings, acting_as=acting_as, may_be_first=is_applied) as desk:
        desk.check_admin(doing="import people")
        plan = await keep.planned_here(desk, entries, wrong)
        if is_applied and not plan.problems:
            await keep.apply(desk, plan)
    _tell(plan, is_applied=is_applied, as_json=as_json)


def _tell(plan: "Plan", *, is_applied: bool, as_json: bool) -> None:
    """Each line's changes, then what becomes of them.

    Raises:
        UserError: a line is wrong, so nothing is changed.
    """
    from bot.errors import UserError

    lines = [(change.line, str(change)) for change in plan.changes]
    lines += [(line, f"= line {line}: nothing new") for line in plan.same]
    lines += [(problem.line, f"! line {problem.line}: {problem.text}") for problem in plan.problems]
    said = [text for _, text in sorted(lines, key=lambda line: line[0])]
    if not plan.problems:
        count = f"{len(plan.changes)} {'change' if len(plan.changes) == 1 else 'changes'}"
        said.append(f"{count} made." if is_applied else f"{count}; nothing is changed yet: --apply makes them.")
    if said:
        told(said, as_json=as_json)
    if plan.problems:
        wrong = ", ".join(str(line) for line in sorted({problem.line for problem in plan.problems})[:10])
        raise UserError(f"Nothing was changed, since something is wrong: line {wrong}.")


def _give_out(
    file: Annotated[Path | None, typer.Argument(help="Where to; without it, to standard output.")] = None,
    *,
    acting_as: As = None,
    as_json: AsJson = False,
) -> None:
    """Write everybody with their teams, as `person import` reads it; as JSON for other programs."""
    text = asyncio.run(_written(acting_as))
    if as_json:
        text = json.dumps(list(csv.DictReader(io.StringIO(text))), indent=2) + "\n"
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        typer.echo(f"Written to {file}.")


async def _written(acting_as: str | None) -> str:
    from agent.roster import keep, sheet
    from bot.settings import read_settings
    from handlers.cli.desk import operator

    async with operator(read_settings(), acting_as=acting_as) as desk:
        desk.check_admin(doing="export people")
        return sheet.write(keep.entries(await keep.known(desk)))
