"""`history CH-1`: what happened to a ticket, in order, by whom and when; edits and deletions of remarks too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.commands.fields import SAID
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.notices import notify
from agent.status_words import words
from bot.messages import Message, cut, escape, moment
from prompts.words import fixed, say
from storage import audit, comments, people, undo_steps
from storage.audit import AuditEvent
from storage.comments import Comment

SHOWN = 50
LONGEST = 200  # characters of a remark
# Told by a remark or a change of their own, or nobody else's business.
LEFT_OUT = {"comment", "refused", "watch", "unwatch", "mute", "unmute"}
DONE = {  # by the action on record
    "assign": fixed("assigned"),
    "edit": fixed("rewritten"),
    "escalate": fixed("escalated"),
    "not same": fixed("told apart"),
    "report": fixed("reported"),
    "report deleted": fixed("report deleted"),
    "separate": fixed("a remark made a ticket of its own"),
    "triage": fixed("triaged"),
    "wake": fixed("woken"),
}
TELLING = ("priority", "status", "category", "component")


@dataclass(frozen=True, order=True)
class Entry:
    at: datetime
    text: str


async def history(desk: Desk, said: Said) -> Reply:
    """The newest entries; how many were before them is said."""
    ticket = said.the_ticket
    people_by_id = {f"person:{person.id}": f"@{escape(person.name)}" for person in await people.everyone(desk.tx)}
    steps = await undo_steps.after(desk.tx, ticket.id, 0)
    entries = [Entry(step.at, step.said) for step in steps]
    told = {(step.correlation_id, step.at) for step in steps}
    for event in await audit.of(desk.tx, "ticket", str(ticket.id)):
        if event.action not in LEFT_OUT and (event.correlation_id, event.at) not in told:
            entries.append(Entry(event.at, _event(event, people_by_id)))
    for comment in await comments.of_ticket(desk.tx, ticket.id):
        entries += await _remark(desk, comment, people_by_id)
    entries.sort(key=lambda entry: entry.at)
    lines = [f"• {moment(entry.at)} {entry.text}" for entry in entries]
    if len(lines) > SHOWN:
        more = fixed("… {count} earlier ones; `python app.py audit export --object {ticket}` has them")
        lines = [say(more, count=len(lines) - SHOWN, ticket=ticket.name), *lines[-SHOWN:]]
    head = say("{ticket}, from the beginning", ticket=notify.headline(ticket))
    return Reply(message=Message(text=head, title=head, body="\n".join(lines)), is_private=True)


def _event(event: AuditEvent, names: Mapping[str, str]) -> str:
    """What the system or GitHub did, or what is not undone."""
    told = [f"{say(SAID[name])} {words(str(event.after[name]))}" for name in TELLING if event.after.get(name)]
    action = say(DONE[event.action]) if event.action in DONE else escape(event.action)
    who = names.get(event.actor, escape(event.actor))
    by_system = say("{action} by the system", action=action)
    done = by_system if event.actor == "system" else say("{action} by {who}", action=action, who=who)
    return f"{done}: {escape(', '.join(told))}" if told else done


async def _remark(desk: Desk, comment: Comment, names: Mapping[str, str]) -> list[Entry]:
    """A remark as it was first, each time it was reworded, and its end."""
    author = names.get(f"person:{comment.author_id}", say("somebody"))
    edits = [event for event in await audit.of(desk.tx, "comment", str(comment.id)) if event.action == "edit"]
    if comment.deleted_at:  # whoever deletes it wants its words to be gone
        gone = say("{who}: a remark, deleted {at}", who=author, at=moment(comment.deleted_at))
        return [Entry(comment.created_at, gone)]
    first = str(edits[0].before.get("text", "")) if edits else comment.text
    entries = [Entry(comment.created_at, f"{author}: {await _quoted(desk, first)}")]
    for event in edits:
        text = await _quoted(desk, str(event.after.get("text", "")))
        anew = say("{who} reworded a remark of {at}: {text}", who=author, at=moment(comment.created_at), text=text)
        entries.append(Entry(event.at, anew))
    return entries


async def _quoted(desk: Desk, text: str) -> str:
    plain = (await desk.read_out(text)).replace("\n", " ")
    return escape(cut(plain, LONGEST))


VERB = Verb(
    name="history",
    takes=(Slot.TICKET,),
    summary=fixed("tell what happened to it, by whom and when"),
    example="history CH-1",
    another="timeline CH-1",
    action="see",
    act=history,
    also=("timeline",),
    german=("verlauf",),
    no_inverse="it changes nothing",
)
