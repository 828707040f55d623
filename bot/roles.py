"""What one process does of all that Chargehand does: everything, or the roles it was started with."""

from collections.abc import Collection
from enum import StrEnum


class Part(StrEnum):
    """A role of a process; any number of processes may have each."""

    INGRESS = "ingress"  # hears Slack, and what comes in over HTTP
    WORKER = "worker"  # does the jobs, and sends what they have to say
    CLOCK = "clock"  # asks for what is due


EVERYTHING = frozenset(Part)
ALL = "all"


def named(parts: Collection[Part]) -> str:
    """What a process with these roles is called in the logs and in `workers`."""
    return ALL if set(parts) >= EVERYTHING else ",".join(part for part in Part if part in parts)


def parts(names: Collection[str]) -> frozenset[Part]:
    """The roles that the command line names; all of them when it names none."""
    return EVERYTHING if not names or ALL in names else frozenset(map(Part, names))
