"""What `doctor` finds on this machine: the database, its disk, the prices, and what the settings leave off."""

import os
import shutil
from pathlib import Path

from bot.finding import Finding, fail, off, ok, warn
from bot.prices import read_prices
from bot.settings import Settings, switched_off
from storage import mounts, remote
from storage.database import StorageError
from storage.file import Inspection, inspect

MEGABYTE = 1024 * 1024
FULL, NEARLY_FULL = 100 * MEGABYTE, 1024 * MEGABYTE


def check_database(settings: Settings) -> list[Finding]:
    """Whether the database is sound and at this version's schema, and whether there is a team in it."""
    path = settings.database
    if isinstance(path, str):
        return _check_server(settings, path)
    folder = _nearest(path)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return [fail("database", f"{folder} cannot be written to", "point DATABASE_URL to a folder that can")]
    if not path.exists():
        return [ok("database", f"{path} is made by the first `serve`"), _no_team(), _no_repository()]
    found = inspect(path)
    if found.problems:
        return [fail("database", f"{path}: {found.problems[0]}", "stop Chargehand and put back the latest backup")]
    return _say(str(path), found)


def _check_server(settings: Settings, url: str) -> list[Finding]:
    try:
        found = remote.inspect(url, settings.connections)
    except StorageError as error:
        problem = str(getattr(error, "orig", None) or error).splitlines()[0]
        return [fail("database", f"{settings.database_name}: {problem}", "start the server, or correct DATABASE_URL")]
    if found.version is None:
        empty = ok("database", f"{settings.database_name} answers; the first `serve` makes the tables")
        return [empty, _no_team(), _no_repository()]
    return _say(settings.database_name, found)


def _say(name: str, found: Inspection) -> list[Finding]:
    tickets = found.counts.get("tickets", 0)
    state = ok("database", f"{name} is sound: schema {found.version}, {tickets} tickets")
    if not found.is_current:
        old = f"{name} has schema {found.version}, wanted is {found.newest}"
        state = warn("database", old, "`serve` or `python app.py db upgrade` does it")
    lacking = [] if found.counts.get("teams") else [_no_team()]
    return [state, *lacking, *([] if found.counts.get("repositories") else [_no_repository()])]


def _no_team() -> Finding:
    next_step = "`python app.py team add NAME --keyword WORD`, then `python app.py person add …`"
    return off("assignment", "tickets stay unassigned: there is no team", next_step)


def _no_repository() -> Finding:
    return off("reviews", "nobody is reminded of a review: no repository is connected", "`repo connect OWNER/NAME`")


def check_disk(database: Path, *, table: Path = mounts.TABLE) -> list[Finding]:
    """Whether the database's disk has room, and is one of this machine's own."""
    folder = _nearest(database)
    free = shutil.disk_usage(folder).free
    says = f"{free // MEGABYTE} MB free at {folder}"
    make_room = "make room; what cannot be stored is not acknowledged"
    if free < NEARLY_FULL:
        room = fail("disk", says, make_room) if free < FULL else warn("disk", says, make_room)
    else:
        room = ok("disk", says)
    kind = mounts.kind_of(folder, table=table)
    if kind not in mounts.REMOTE | mounts.BORROWED:
        return [room]
    says, next_step = f"{folder} is on {kind}", "point DATABASE_URL to a local disk: SQLite needs one"
    return [room, (fail if kind in mounts.REMOTE else warn)("file system", says, next_step)]


def _nearest(path: Path) -> Path:
    """The folder of a file, or of those above the first that is there."""
    return next(parent for parent in path.absolute().parents if parent.exists())


def check_prices(settings: Settings) -> list[Finding]:
    """Whether it is known what the models cost."""
    names = dict.fromkeys(name for server in settings.servers for name in server.model_ids)
    known = read_prices(settings.prices)
    unknown = [name for name in names if name not in known]
    if not unknown:
        return []
    caps = (settings.budget_turn_usd, settings.budget_user_day_usd, settings.budget_workspace_day_usd)
    has_cap = any(cap is not None for cap in caps)
    so = "not asked, since a budget is in dollars" if has_cap else "tokens are counted, money is not"
    prices = f'{{"{unknown[0]}": {{"input": 1, "output": 5}}}}'
    next_step = f"set CHARGEHAND_PRICES={prices}, in US dollars for a million tokens"
    return [(warn if has_cap else off)("prices", f"{', '.join(unknown)} without a price: {so}", next_step)]


def check_settings(settings: Settings) -> list[Finding]:
    """What is off for want of a setting, besides what was checked above."""
    checked = {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ANTHROPIC_API_KEY"}
    return [
        off(lack.setting, lack.feature, f"set {lack.setting}={lack.example}")
        for lack in switched_off(settings)
        if lack.setting not in checked
    ]
