"""What is remembered of a thread, read for one turn: what no summary tells of, the summary, and who is who."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.desk import Desk
from agent.memory.pieces import Voices
from storage import people, thread_messages, thread_summaries
from storage.thread_messages import Said


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """`said`: oldest first, as far as the summary does not tell of it; `summary` is empty while there is none."""

    said: Sequence[Said]
    summary: str
    voices: Voices


async def remembered(desk: Desk, channel_id: str, thread_ts: str, *, asked_ts: str = "") -> Remembered:
    """What a turn in this thread may read of it.

    Args:
        asked_ts: the request itself, which is left out: it is said in its own place.
    """
    summary = await thread_summaries.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts)
    after = summary.until_ts if summary else ""
    said = await thread_messages.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts, after=after)
    everyone = await people.everyone(desk.tx)
    voices = Voices(
        names={person.slack_id: person.name for person in everyone},
        asker=desk.actor.slack_id if desk.actor else "",
        outsiders=frozenset(person.slack_id for person in everyone if person.is_outsider),
    )
    kept = [one for one in said if one.ts != asked_ts]
    return Remembered(said=kept, summary=summary.text if summary else "", voices=voices)
