"""A thread's summary is extended in the background, once more was said in it than a summary should leave out."""

from dataclasses import dataclass

from agent.desk import Desk
from agent.memory.budget import estimated
from agent.memory.read import Remembered, remembered
from agent.memory.summary import Extension, due, question
from bot.llm.port import Ask
from prompts.blocks import new_fence
from storage import queue, thread_messages, thread_summaries

JOB = "thread_summary"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be summed up, and what was remembered when it was read."""

    memory: Remembered
    extension: Extension

    def question(self, *, is_private: bool) -> Ask:
        """To a small model, without tools."""
        return question(
            self.extension, self.memory.summary, self.memory.voices, fence=new_fence(), is_private=is_private
        )


async def ask_for(desk: Desk, channel_id: str, thread_ts: str, *, is_private: bool) -> None:
    """Have it extended if it is time, and there is a model."""
    if not desk.settings.servers:
        return
    summary = await thread_summaries.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts)
    after = summary.until_ts if summary else ""
    said = await thread_messages.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts, after=after)
    if due(said, count=estimated()) is None:
        return
    key = f"{JOB}:{channel_id}:{thread_ts}"
    args = {"channel_id": channel_id, "thread_ts": thread_ts, "is_private": is_private}
    dedupe_key = f"{key}:{said[-1].ts}:{after}"
    await desk.put(JOB, args, key=key, dedupe_key=dedupe_key, priority=queue.DERIVED)


async def wanted(desk: Desk, channel_id: str, thread_ts: str) -> Wish | None:
    """What to sum up now; None: nothing any more."""
    memory = await remembered(desk, channel_id, thread_ts)
    extension = due(memory.said, count=estimated())
    return Wish(memory=memory, extension=extension) if extension else None


async def keep(desk: Desk, channel_id: str, thread_ts: str, wish: Wish, text: str) -> bool:
    """Keep the summary, unless what it tells of was changed or deleted meanwhile: then nothing of it may stay."""
    now = await remembered(desk, channel_id, thread_ts)
    if now.summary != wish.memory.summary or tuple(now.said[: len(wish.extension.said)]) != wish.extension.said:
        return False
    about = (desk.workspace_id, channel_id, thread_ts)
    await thread_summaries.put(desk.tx, *about, text=text, until_ts=wish.extension.until_ts, now=desk.now)
    return True
