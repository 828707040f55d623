"""What is said in a thread in which the bot is addressed is kept for a while: it is what a model reads of it later."""

from collections.abc import Sequence

from agent.desk import Desk
from agent.github.pull_said import link_said
from agent.reports.report import rewritten
from agent.turns.control import control_word
from bot.replies import Spoken
from storage import comments, thread_messages, thread_summaries
from storage.thread_messages import ThreadMessage

MAIN = ""  # the thread of what is said in a direct message outside of threads


async def keep(desk: Desk, text: str, *, before: Sequence[Spoken] = ()) -> None:
    """Keep a message of the asker's, in the transaction that works on it.

    Args:
        text: as Slack writes it, with the files that came along.
        before: what its thread said before it, where that was not known.
    """
    place = desk.place
    assert place is not None  # a message was said somewhere
    assert place.message_ts is not None
    said = Spoken(ts=place.message_ts, user_id=desk.asker.slack_id, text=text)
    remarks = await comments.of_messages(desk.tx, place.channel_id, [one.ts for one in before]) if before else {}
    rows = [_row(desk, one, comment_id=remarks.get(one.ts)) for one in (*before, said)]
    await thread_messages.keep(desk.tx, rows)
    await link_said(desk, text, place.channel_id, place.thread_ts or MAIN)


def _row(desk: Desk, said: Spoken, *, comment_id: int | None) -> ThreadMessage:
    assert desk.place is not None  # as above
    return ThreadMessage(
        workspace_id=desk.workspace_id,
        channel_id=desk.place.channel_id,
        thread_ts=desk.place.thread_ts or MAIN,
        ts=said.ts,
        author=said.user_id or said.name,
        kind="own" if said.is_own else "person" if said.user_id else "app",
        text="" if comment_id else said.text,
        comment_id=comment_id,
        at=desk.now,
    )


async def reword(desk: Desk, channel_id: str, ts: str, text: str) -> None:
    """A message was rewritten; a summary that tells of it is made anew. What is said aside now is not kept."""
    if control_word(text) == "aside":
        await remove(desk, channel_id, ts)
        return
    row = await thread_messages.get(desk.tx, desk.workspace_id, channel_id, ts)
    if row is None:
        return
    if row.comment_id is None:  # else its words are kept there
        row.text = rewritten(row.text, text)
    await _forget_summary(desk, channel_id, row.thread_ts, ts)


async def remove(desk: Desk, channel_id: str, ts: str) -> None:
    """A message was deleted: its words go, also from the summary."""
    thread_ts = await thread_messages.remove(desk.tx, desk.workspace_id, channel_id, ts)
    if thread_ts is not None:
        await _forget_summary(desk, channel_id, thread_ts, ts)


async def _forget_summary(desk: Desk, channel_id: str, thread_ts: str, ts: str) -> None:
    await thread_summaries.drop(desk.tx, desk.workspace_id, channel_id, thread_ts, telling_of=ts)


async def note(desk: Desk, said: Spoken) -> None:
    """Keep a message of the thread at hand that somebody asks something about; what is known stays as it is."""
    await thread_messages.keep(desk.tx, [_row(desk, said, comment_id=None)])
