"""What a message to Chargehand means: a command, a remark on the thread's ticket, or a new report."""

from dataclasses import replace
from functools import partial

from agent.channels import muted
from agent.channels.settings import is_let_in
from agent.commands import help as guide
from agent.commands import report, stop
from agent.commands.grammar import Parsed, find_verb, leading_word, parse
from agent.commands.named import linked_ticket
from agent.commands.of_duplicate import run_in_thread
from agent.commands.registry import VERBS
from agent.commands.run import not_known, run_line
from agent.commands.together import Step, one_after_another
from agent.commands.verb import Said, Slot
from agent.desk import Desk
from agent.notices import notify
from agent.proposals.unnamed import with_name
from agent.questions.answers import take
from agent.remarks import remark
from agent.reply import Reply, text_reply
from agent.status_words import words
from agent.turns.begin import TICKET, begin, follows_up, try_out
from agent.turns.by_rules import Ruled
from agent.turns.control import control_word
from agent.turns.hearing.manner import asks_surely
from agent.turns.offline import is_known
from agent.turns.read_as import NEW, ReadAs, read_as
from agent.turns.understood import can_begin, follow, show_unread
from agent.turns.verdict import Heard, Verdict
from bot.access import Target, check
from bot.errors import Denial, Refused, UserError
from bot.events import Place
from bot.messages import Message, by_name, escape
from bot.replies import with_files
from prompts.words import fixed, say
from storage import tickets
from storage.tickets import Ticket

NEVER = fixed(
    "I never merge or deploy: people do. `ask …` has me look at the pull request or ask somebody for a review, and"
    " `resolve …` says that something is done."
)


async def hear(desk: Desk, text: str) -> Reply | None:
    """Decide and act, in the caller's transaction; `text` no longer has the mention of the bot.

    Returns:
        What to answer; None when the agent works on it, and answers later.

    Raises:
        UserError: what to tell the person instead.
    """
    await refuse_outsiders(desk)
    place = desk.place
    assert place is not None  # a message was said somewhere
    if not text and not place.files:
        return text_reply(guide.short_help(), is_private=True)
    word = control_word(text)
    if word == "aside" or (word is None and await _answers(desk, text, place)):
        return None
    match word:
        case "stop":
            return await run_line(desk, stop.VERB.name)
        case "mute" | "unmute" | "resume":
            return await (muted.mute(desk) if word == "mute" else muted.unmute(desk))
    return await _heard(desk, text, place)


async def _answers(desk: Desk, text: str, place: Place) -> bool:
    """Whether it answers what the agent asks here; in a direct message, which is no thread, a command stays one."""
    parsed = parse(text, VERBS, is_message=True) if place.is_dm else None
    is_command = parsed is not None and not parsed.problem
    return not is_command and await take(desk, with_files(text, place.files))


async def _heard(desk: Desk, text: str, place: Place) -> Reply | None:
    """Act by what it is read as; what a running request of the asker's could use goes there before rules do it."""
    own = await linked_ticket(desk)
    text = await with_name(desk, text, own)
    is_top_level = place.thread_ts in {None, place.message_ts}
    about = own.name if own else ""
    heard = Heard(text=text, is_top_level=is_top_level, is_dm=place.is_dm, ticket=about)
    read = read_as(heard, has_files=bool(place.files))
    match read.way:
        case "try out":
            return await try_out(desk, with_files(text, place.files))
        case "another":
            return await _open_another(desk, with_files(read.lines[0], place.files), own)
        case "commands" | "half":
            return await _command(desk, read, own)
        case "courtesy":
            return await _courtesy(desk, own)
        case "slip":
            raise not_known(text, own)
    return await _judged(desk, text, read, own)


async def _judged(desk: Desk, text: str, read: ReadAs, own: Ticket | None) -> Reply | None:
    """What rules know the whole of is done; what they are sure is a report or a remark is kept; all else is the
    agent's, if there is one."""
    assert desk.place is not None  # a message was said somewhere
    assert read.verdict is not None  # it is no command
    if desk.settings.servers and await follows_up(desk, with_files(text, desk.place.files)):
        return None
    match read.way:
        case "never":
            return text_reply(say(NEVER), is_private=True)
        case "steps":
            return await follow(desk, text, Ruled(steps=read.verdict.steps, reasons=read.verdict.reasons), own)
        case "kept":
            return await plainly(desk, text)
    return await _asked(desk, text, read.verdict, own, desk.place)


async def _asked(desk: Desk, text: str, verdict: Verdict, own: Ticket | None, place: Place) -> Reply | None:
    """Something that is asked or ordered, or that nobody can tell: the agent's; without a model a ticket that it names
    is shown, of a question none is made, and what only tells of something is kept."""
    if verdict.is_told and not await can_begin(desk, place):
        return await plainly(desk, text)
    said = with_files(text, place.files)
    is_known_to_code = await is_known(desk, text)
    if not is_known_to_code and (shown := await show_unread(desk, text, verdict, own)):
        return shown
    if desk.settings.servers or is_known_to_code:
        may_be_report = own is None and (verdict.is_report_too or verdict.is_told)
        return await begin(desk, said, offers=TICKET if may_be_report else "")
    if own is None and verdict.is_question and asks_surely(text):
        return await begin(desk, said, offers=TICKET)
    return await plainly(desk, text)


async def plainly(desk: Desk, text: str) -> Reply:
    """What is made of words that are no command when no model reads them: a remark on the thread's ticket, or a report.

    Raises:
        UserError: what to tell the person instead.
    """
    assert desk.place is not None  # a message was said somewhere
    own, text = await linked_ticket(desk), with_files(text, desk.place.files)
    return await (_report(desk, text) if own is None else remark(desk, own, text))


async def _command(desk: Desk, read: ReadAs, own: Ticket | None) -> Reply:
    """Run what is a command, or one on each line."""
    if read.parsed and len(read.lines) == 1:
        return await _run(desk, read.parsed, own)
    own_id = own.id if own else None
    return await one_after_another(desk, [Step(partial(_line, line, own_id=own_id), quote=line) for line in read.lines])


async def _line(line: str, desk: Desk, *, own_id: int | None) -> Reply:
    """One of several goes the way of a single one; its thread's ticket is read anew, since what failed before took it
    back."""
    own = await tickets.get(desk.tx, own_id) if own_id else None
    parsed = parse(line, VERBS, has_thread_ticket=own is not None, is_message=True)
    if parsed is None:
        raise not_known(line, own)
    return await _run(desk, parsed, own)


async def _run(desk: Desk, parsed: Parsed, own: Ticket | None) -> Reply:
    if parsed.verb.takes[-1:] == (Slot.TEXT,) and desk.place:  # a report or a comment
        parsed = replace(parsed, text=with_files(parsed.text, desk.place.files))
    if parsed.verb is report.VERB and own is not None:
        return await _open_another(desk, parsed.text, own)
    return await run_in_thread(desk, parsed, own)


def report_of(text: str, *, in_thread: bool = False) -> str:
    """What a report says, without the words that only open it: `new: …`, `report …`.

    Args:
        in_thread: it was said in the thread of a ticket, where "new errors since noon" is a remark.
    """
    if found := NEW.match(text):
        return text[found.end() :]
    parsed = parse(text, VERBS, has_thread_ticket=in_thread, is_message=True)
    return parsed.text if parsed and parsed.verb is report.VERB and not parsed.problem else text


async def refuse_outsiders(desk: Desk) -> None:
    """Guests and people from other workspaces are refused politely unless they are let in here; who left, always.

    Raises:
        Refused: with who could report for them.
    """
    check(desk.asker, "report", Target(), doing=say("report problems"))
    if not await is_let_in(desk, desk.asker):
        raise Refused(
            say(
                "I take reports from full members of this workspace only. Please ask one of them to report it;"
                " an admin can let guests in with CHARGEHAND_ALLOW_GUESTS."
            ),
            denial=Denial(action="report", kind="workspace", object_id=0, who="full members"),
        )


async def _courtesy(desk: Desk, ticket: Ticket | None) -> Reply:
    """Thanks are no report: where the ticket stands, or how to report."""
    if ticket is None or not await desk.sees(ticket):
        return text_reply(guide.short_help(), is_private=True)
    names = by_name(person.name for person in await tickets.assignees(desk.tx, ticket.id))
    state = f"{words(ticket.priority)}, {words(ticket.status)}, {names or say('unassigned')}"
    return text_reply(f"{notify.headline(ticket)}: {state}.", is_private=True)


async def _report(desk: Desk, text: str) -> Reply:
    """A report; whoever began it with a verb reads, alone, how it was taken and what to do if that is wrong."""
    reply = await report.report(desk, Said(text=text))
    ticket, verb = reply.seen_in, find_verb(leading_word(text), VERBS)
    if ticket and verb and verb is not report.VERB and desk.place and not desk.place.is_dm:
        taken = say(
            "I took that as a report, {ticket}, since it is no complete `{verb}`. If you meant the command, write it as"
            " in `{example}`; `{back} {ticket} …` ends the report.",
            ticket=ticket.name,
            verb=verb.name,
            example=escape(verb.example),
            back=report.VERB.inverse or "close",
        )
        await notify.answer(desk, Message(text=taken), is_private=True, name="taken")
    return reply


async def _open_another(desk: Desk, text: str, ticket: Ticket | None) -> Reply:
    """`new: …` or `report …` in a thread that has a ticket: the new one gets a thread of its own, under its card."""
    if not text:
        raise UserError(say("What is wrong? For example `new: search is slow since noon`."))
    if ticket is None or desk.place is None:
        return await report.report(desk, Said(text=text))
    fresh = replace(desk, place=replace(desk.place, thread_ts=None, root_text=""))
    reply = await report.report(fresh, Said(text=text))
    return replace(reply, is_private=False, seen_in=None)
