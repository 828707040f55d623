"""How full the queue may get and who gives way first: rescans pause, then deliveries wait, then the door shuts.

What was accepted is never dropped to make room.
"""

from enum import StrEnum

PAUSE_AT = 0.8  # of the limit
SHUT_AT = 4


class Pressure(StrEnum):
    """What the queue's depth asks of those who fill it."""

    NONE = "none"
    PAUSE = "pause"  # bulk producers (sync, rescans) wait
    FULL = "full"  # deliveries are stored without a job, and get it in order when there is room
    SHUT = "shut"  # the webhook refuses, and a gap is noted


def pressure(waiting: int, *, most: int) -> Pressure:
    """The pressure of so many waiting jobs and deliveries under the limit CHARGEHAND_QUEUE_MAX."""
    if waiting >= SHUT_AT * most:
        return Pressure.SHUT
    if waiting >= most:
        return Pressure.FULL
    return Pressure.PAUSE if waiting > PAUSE_AT * most else Pressure.NONE
