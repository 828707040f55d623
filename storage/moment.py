"""What stands in the tables that people's work is made of, so that two moments can be held against each other."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import SQLModel, select

from storage.absences import Absence
from storage.alarms import Alarm
from storage.calendars import CustomDay
from storage.channels import Channel
from storage.comments import Comment
from storage.database import Tx
from storage.identities import Identity
from storage.mutes import Mute
from storage.ownership import OwnershipRule
from storage.people import Membership, Person, Team
from storage.repositories import Repository
from storage.settings_kv import Setting
from storage.sla import SlaPolicy
from storage.tickets import Assignment, Ticket
from storage.watches import Watch
from storage.webhook_secrets import WebhookSecret

Moment = Mapping[str, Mapping[int, Mapping[str, Any]]]  # table -> id -> columns
TABLES: tuple[type[SQLModel], ...] = (
    *(Ticket, Assignment, Comment, Alarm, Absence, Mute, Watch),
    *(Person, Membership, Team, OwnershipRule, Setting, Channel, Repository, Identity),
    *(SlaPolicy, CustomDay, WebhookSecret),
)
BY_THEMSELVES = frozenset({"refreshed_at"})  # columns that change without anybody's doing


async def now(tx: Tx) -> Moment:
    """All rows of these tables, without settings that nobody has set: those are what a process remembers.

    Only for a small world: it reads everything.
    """
    found = {}
    for table in TABLES:
        rows = [row for row in (await tx.exec(select(table))).all() if getattr(row, "set_by", True)]
        found[str(table.__tablename__)] = {
            getattr(row, "id"): row.model_dump(exclude=set(BY_THEMSELVES))  # noqa: B009 - each row has one
            for row in rows
        }
    return found


def changes(before: Moment, after: Moment) -> list[str]:
    """What is another one now: `assignments 4 is new`, `tickets 2: status`, `watches 1 is gone`."""
    found = []
    for table, rows in after.items():
        old = before[table]
        for row_id, row in rows.items():
            if row_id not in old:
                found.append(f"{table} {row_id} is new")
            elif changed := sorted(name for name, value in row.items() if value != old[row_id][name]):
                found.append(f"{table} {row_id}: {', '.join(changed)}")
        found += [f"{table} {row_id} is gone" for row_id in old.keys() - rows.keys()]
    return found
