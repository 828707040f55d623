"""`help`: made from the registry, so it cannot leave out or invent a command; first what the asker may run here."""

from collections.abc import Sequence

from agent.commands.verb import Reply, Slot, Verb, text_reply
from agent.desk import Desk
from bot.access import Target, can
from bot.events import Actor
from bot.messages import Message, escape
from prompts.words import fixed, say
from storage.tickets import Ticket

HOW = fixed("Write what is wrong, as in `@chargehand redis is down`, in a channel and it becomes a tracked ticket.")
HEAD = fixed("*Commands* (also after `/chargehand`, and in a direct message):")
CONTROL = fixed(
    "• `aside …` is for the others, and not kept; `mute` and `unmute` alone in a thread: I am quiet there, or speak."
)
LONGEST_NOTE = 1900  # Slack takes 2,000 characters


def short_help() -> str:
    """For an empty mention."""
    return say(HOW) + say(" `@chargehand help` lists the commands.")


def full_help(verbs: Sequence[Verb]) -> str:
    """Every verb with its usage and meaning."""
    return "\n".join([say(HOW), say(HEAD), *(_line(verb) for verb in verbs if not verb.is_for_buttons), say(CONTROL)])


def verb_help(verb: Verb) -> str:
    """One verb: usage, example, other names, who may."""
    others = verb.words[1:]
    lines = [
        f"`{escape(verb.usage)}` – {say(verb.summary)}",
        say("Examples: {examples}", examples=f"`{verb.example}`, `{verb.another}`"),
        *([say("Also: {names}", names=", ".join(f"`{name}`" for name in others))] if others else []),
        *([say("Back: {verb}", verb=f"`{verb.inverse}`")] if verb.inverse else []),
        say("Who may: {who}", who=verb.who_may),
    ]
    return "\n".join(lines)


async def help_reply(desk: Desk, verbs: Sequence[Verb], wanted: Verb | None, ticket: Ticket | None) -> Reply:
    """What `help [verb]` answers.

    Args:
        ticket: what the thread is about; elsewhere a verb is for whoever may run it on some ticket.
    """
    if wanted:
        return text_reply(verb_help(wanted), is_private=True)
    targets = [await desk.target(ticket)] if ticket else _best_cases(desk.asker)
    listed = [verb for verb in verbs if not verb.is_for_buttons]
    mine = [verb for verb in listed if any(can(desk.asker, verb.action, target) for target in targets)]
    others = [_line(verb) + say(" (for {who})", who=verb.who_may) for verb in listed if verb not in mine]
    where = say("*What you may do with {ticket} and otherwise*", ticket=ticket.name) if ticket else say(HEAD)
    message = Message(
        text=say(HOW),
        title=say(HOW),
        body="\n".join([where, *map(_line, mine), say(CONTROL)]),
        notes=_in_notes([say("Not for you here:"), *others]) if others else (),
    )
    return Reply(message=message, is_private=True)


def _best_cases(actor: Actor) -> list[Target]:
    """Tickets with which somebody may do the most: their own report, and of each team of theirs one that they have."""
    me = actor.person_id
    teams = [
        Target(ticket_id=1, team_id=team_id, assignee_ids=frozenset({me}), reporter_id=me) for team_id in actor.roles
    ]
    return [Target(ticket_id=1, reporter_id=me), *teams]


def _line(verb: Verb) -> str:
    return f"• `{escape(verb.usage)}` – {say(verb.summary)}"


def _in_notes(lines: Sequence[str]) -> tuple[str, ...]:
    """Grey text, in as many pieces as Slack's limit asks for."""
    notes = [""]
    for line in lines:
        if len(notes[-1]) + len(line) >= LONGEST_NOTE:
            notes.append("")
        notes[-1] = f"{notes[-1]}\n{line}".strip()
    return tuple(notes)


SLOTS = (Slot.VERB,)
