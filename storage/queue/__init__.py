"""Durable work: put with the change that asks for it, done once under a lease, or buried with the reason."""

from storage.queue.causes import MOST_COUNTED, Cause, causes, count_alike, gist
from storage.queue.chosen import ANY, Chosen
from storage.queue.history import JobEvent, Step, history, note
from storage.queue.jobs import BULK, DERIVED, EVENT, INTERACTIVE, SIGNAL, UNFINISHED, Job, LostLeaseError
from storage.queue.lease import asked_to_stop, got_on, renew, reserve, sweep
from storage.queue.leave import bury, finish, give_back, ignore, retry, throttle
from storage.queue.operator import (
    RefusedReplayError,
    cancel,
    counts,
    dead,
    depth,
    discard,
    get,
    listing,
    newer,
    replay,
)
from storage.queue.put import is_busy, known, move, put, put_all

__all__ = [
    "ANY",
    "BULK",
    "DERIVED",
    "EVENT",
    "INTERACTIVE",
    "MOST_COUNTED",
    "SIGNAL",
    "UNFINISHED",
    "Cause",
    "Chosen",
    "Job",
    "JobEvent",
    "LostLeaseError",
    "RefusedReplayError",
    "Step",
    "asked_to_stop",
    "bury",
    "cancel",
    "causes",
    "count_alike",
    "counts",
    "dead",
    "depth",
    "discard",
    "finish",
    "get",
    "gist",
    "give_back",
    "got_on",
    "history",
    "ignore",
    "is_busy",
    "known",
    "listing",
    "move",
    "newer",
    "note",
    "put",
    "put_all",
    "renew",
    "replay",
    "reserve",
    "retry",
    "sweep",
    "throttle",
]
