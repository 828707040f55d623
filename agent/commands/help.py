"""`help`: made from the registry, so it cannot leave out or invent a command."""

from collections.abc import Sequence

from agent.commands.verb import Reply, Slot, Verb, text_reply
from bot.access import who_may
from bot.messages import escape

HOW = "Write what is wrong, as in `@chargehand redis is down`, in a channel and it becomes a tracked ticket."


def short_help() -> str:
    """For an empty mention."""
    return f"{HOW} `@chargehand help` lists the commands."


def full_help(verbs: Sequence[Verb]) -> str:
    """Every verb with its usage and meaning."""
    lines = [f"• `{escape(verb.usage)}` – {verb.summary}" for verb in verbs if not verb.is_for_buttons]
    return "\n".join([HOW, "*Commands* (also after `/chargehand`, and in a direct message):", *lines])


def verb_help(verb: Verb) -> str:
    """One verb: usage, example, other names, who may."""
    others = verb.words[1:]
    also = f"\nAlso: {', '.join(f'`{name}`' for name in others)}" if others else ""
    back = f"\nBack: `{verb.inverse}`" if verb.inverse else ""
    who = f"\nWho may: {who_may(verb.action)}"
    examples = f"Examples: `{verb.example}`, `{verb.another}`"
    return f"`{escape(verb.usage)}` – {verb.summary}\n{examples}{also}{back}{who}"


def help_reply(verbs: Sequence[Verb], wanted: Verb | None) -> Reply:
    """What `help [verb]` answers."""
    return text_reply(verb_help(wanted) if wanted else full_help(verbs), is_private=True)


SLOTS = (Slot.VERB,)
