"""A thread that grew long is summed up by a small model without tools, a piece at a time; who said it stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.memory.budget import Count
from agent.memory.pieces import Voices, block
from bot.llm.port import Ask, WrongAnswerError, user
from prompts import render
from prompts.blocks import as_data_block, shown
from storage.thread_messages import Said

LONG = 4_000  # tokens that no summary tells of: beyond, it is extended
KEPT = 1_500  # tokens of the newest messages that stay outside of it: what was just said is read as it was
AT_ONCE = 12_000  # tokens that one call reads
MOST = 2_000  # characters of a summary
SOURCE = "summary of what this thread said before"
PURPOSE = "summary"


@dataclass(frozen=True, kw_only=True)
class Extension:
    """What is to be summed up next: `said`, behind which the summary then ends."""

    said: tuple[Said, ...]

    @property
    def until_ts(self) -> str:
        return self.said[-1].ts


def due(said: Sequence[Said], *, count: Count) -> Extension | None:
    """What the summary should be extended by, if it is time.

    Args:
        said: what no summary tells of yet, oldest first.
    """
    sizes = [count(one.text) for one in said]
    if sum(sizes) <= LONG:
        return None
    last, behind = len(said), 0
    while last > 1 and behind + sizes[last - 1] <= KEPT:
        last -= 1
        behind += sizes[last]
    chosen, taken = 0, 0
    while chosen < last and (chosen == 0 or taken + sizes[chosen] <= AT_ONCE):
        taken += sizes[chosen]
        chosen += 1
    return Extension(said=tuple(said[:chosen]))


def question(extension: Extension, before: str, voices: Voices, *, fence: str, is_private: bool) -> Ask:
    """What a model is asked for; its answer is the summary's text, to be kept until the extension's last message.

    Args:
        before: the summary so far.
        fence: drawn for this call.
    """
    said = "\n".join(block(one, voices, fence) for one in extension.said)
    earlier = as_block(before, fence) if before else ""
    return Ask(
        role="small",
        purpose=PURPOSE,
        system=render("summary_system", most=MOST),
        messages=(user(render("summary", before=earlier, said=said)),),
        read=read_summary,
        max_tokens=1024,
        is_private=is_private,
    )


def read_summary(text: str) -> str:
    """The summary as it is kept: nothing in it is hidden, and it is no longer than it may be.

    Raises:
        WrongAnswerError: what to tell the model.
    """
    plain = shown(text).strip()
    if not plain:
        raise WrongAnswerError("Answer with the summary, and nothing else.")
    if len(plain) > 2 * MOST:
        raise WrongAnswerError(f"That is too long: answer with at most {MOST} characters.")
    return plain


def as_block(summary: str, fence: str) -> str:
    """A summary as a model reads it: another model wrote it, so it is data."""
    return as_data_block(summary, source=SOURCE, author="", trust="model", fence=fence)
