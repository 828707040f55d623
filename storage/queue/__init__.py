"""Durable work: enqueued with the change that asks for it, done once under a lease, or buried with the reason."""

from storage.queue.jobs import (
    SIGNAL,
    Job,
    LostLeaseError,
    bury,
    enqueue,
    enqueue_all,
    finish,
    give_back,
    renew,
    reserve,
    retry,
    sweep,
)
from storage.queue.operator import counts, discard, get, listing, prune, replay

__all__ = [
    "SIGNAL",
    "Job",
    "LostLeaseError",
    "bury",
    "counts",
    "discard",
    "enqueue",
    "enqueue_all",
    "finish",
    "get",
    "give_back",
    "listing",
    "prune",
    "renew",
    "replay",
    "reserve",
    "retry",
    "sweep",
]
