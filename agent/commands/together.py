"""Several commands at once: each has its own result, none stops the others, and one answer tells of all of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from agent.commands.verb import Reply
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import Button, Message, escape
from storage.parts import part


@dataclass(frozen=True)
class Step:
    """One of the commands; `quote` is what its result is told from the others by, where that is not plain."""

    run: Callable[[Desk], Awaitable[Reply]]
    quote: str = ""


async def one_after_another(desk: Desk, steps: Sequence[Step]) -> Reply:
    """Run them in the caller's transaction: a process that is killed between two of them has done none."""
    replies = [await _result(replace(desk, key=f"{desk.key}:{number}"), step) for number, step in enumerate(steps, 1)]
    texts = [
        f"> {quoted}\n{words_of(reply.message)}" if quoted else words_of(reply.message)
        for quoted, reply in zip([await _quoted(desk, step) for step in steps], replies, strict=True)
    ]
    buttons = tuple(named(button) for reply in replies for button in reply.message.buttons)
    message = Message(text="\n".join(texts), buttons=buttons)
    return Reply(message=message, is_private=any(reply.is_private for reply in replies))


async def _result(desk: Desk, step: Step) -> Reply:
    try:
        async with part(desk.tx):
            return await step.run(desk)
    except UserError as refusal:
        desk.record_refusal(refusal)
        return Reply(message=Message(text=str(refusal), buttons=refusal.buttons), is_private=True)


async def _quoted(desk: Desk, step: Step) -> str:
    """What was typed, without pinging anybody whom it names."""
    return escape(await desk.read_out(step.quote)).replace("\n", " ")


def words_of(message: Message) -> str:
    """What it says, without what stands beside it."""
    return "\n".join(filter(None, [message.title or message.text, message.body]))


def named(button: Button) -> Button:
    """Beside others of its kind a button says which ticket it is about."""
    name = button.value.partition(" ")[0].partition("@")[0]
    return button.model_copy(update={"label": f"{button.label} {name}"}) if name.startswith("CH-") else button
