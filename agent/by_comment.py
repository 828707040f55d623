"""A comment on GitHub that begins with `/chargehand` or `@chargehand` is a command of the person whose login wrote it.

It is read by the grammar alone: no model sees it, and it becomes no request to the agent.
"""

import re
from dataclasses import replace

from agent.commands import undo
from agent.commands.grammar import did_you_mean, leading_word, parse
from agent.commands.registry import VERBS
from agent.commands.run import run
from agent.commands.verb import Reply, Verb
from agent.desk import Desk
from agent.github import issues
from agent.github.repositories import seen
from agent.guardrails.links import harmless, links_for
from agent.narration import threads
from agent.narration.happening import is_app
from agent.notices import notify
from agent.tickets import merging
from bot.access import LOOKS
from bot.errors import UserError
from bot.events import CommentEvent, Place, Surface
from bot.github.markdown import in_markdown
from bot.github.marker import unmarked
from bot.messages import Message, cut, escape, mention
from bot.redact import redact
from prompts.words import fixed, say
from storage import people, queue, receipts, tickets
from storage.issues import by_number
from storage.people import Person
from storage.receipts import Receipt
from storage.tickets import Ticket

COMMAND, ANSWER = "github.command", "github.answer"  # jobs
UNDO = undo.VERB.name
SURFACE: Surface = "github"
LONGEST = 3000  # characters of an answer
MOST_NAMED = 10  # logins in one command
LINES = re.compile(r"\r\n|\r|\n")
_CALLED = re.compile(r" {0,3}[/@]chargehand[ \t]+(\S.*)", re.IGNORECASE)  # further in it is code
_LOGIN = re.compile(r"(?<![\w`/@])@([A-Za-z0-9][A-Za-z0-9-]{0,38})(?![\w.-])")


def line_in(body: str) -> str:
    """What follows the name in the first line that is its author's own, or nothing; quotes and code are not."""
    is_quoted = False
    for line in LINES.split(body):
        if line.lstrip().startswith(">"):
            is_quoted = True
        elif not line.strip():
            is_quoted = False
        elif not is_quoted:  # a line right behind a quote is shown as part of it
            found = _CALLED.fullmatch(line)
            return found[1].strip() if found else ""
    return ""


async def hear_comment(desk: Desk, event: CommentEvent) -> str:
    """Take a comment in; what is a command becomes a job, and is not told in the thread besides."""
    line = line_in(event.body) if desk.settings.acts_on_github else ""
    author = await author_of(desk, event) if line else None
    if author is None:
        return await issues.hear_comment(desk, event)
    assert desk.job is not None  # a delivery is heard in its job
    args = {"delivery_id": desk.job.delivery_id, "slack_id": author.slack_id, "is_late": desk.is_silent}
    name = f"{COMMAND}:{event.repository.github_id}:{event.comment_id}"
    await desk.put(COMMAND, args, key=desk.job.key or name, dedupe_key=name, priority=queue.EVENT)
    await issues.hear_comment(desk, event, is_told=parse(escape(line), VERBS, has_thread_ticket=True) is None)
    return ""


async def author_of(desk: Desk, event: CommentEvent) -> Person | None:
    """Who may have meant a new comment on an issue as a command: a person of ours, by a proven login."""
    if event.action != "created" or event.is_on_pull or not event.sender or is_app(event.sender):
        return None
    person = await people.by_github_login(desk.tx, desk.workspace_id, event.sender)
    if person is None or person.is_outsider or await threads.is_own(desk, event):
        return None
    return person


async def obey(desk: Desk, event: CommentEvent) -> str:
    """Do what a comment says, as the person at the desk; returns what is said to it on GitHub, as Markdown.

    What only reads is answered in Slack, since anybody may read a comment, and so is what goes on by a button.

    Raises:
        UserError: it is no command, or none for GitHub, or something is missing. Refused: they may not, here or there.
    """
    typed, ticket = line_in(event.body), await _ticket(desk, event)
    line = await _with_logins_read(desk, escape(typed))
    parsed = parse(line, VERBS, has_thread_ticket=ticket is not None)
    if parsed is None:
        raise UserError(_no_command(typed))
    if SURFACE not in parsed.verb.surfaces:
        raise UserError(_only_in_slack(parsed.verb))
    if ticket is None and not parsed.tickets:
        raise UserError(say("Which ticket? For example `{example}`.", example=parsed.verb.example))
    reply = await run(desk, parsed, thread_ticket=ticket)
    if _is_told_there(parsed.verb, reply):
        return in_markdown(reply.message)
    direct = Place(channel_id=desk.asker.slack_id, is_dm=True)
    await notify.answer(replace(desk, place=direct), reply.message, is_private=True)
    return say("I have answered you in Slack.")


async def answer(desk: Desk, event: CommentEvent, text: str) -> None:
    """Have one comment written under the issue, with what was done in the same transaction.

    Args:
        text: Markdown.
    """
    row = await seen(desk, event.repository)
    key = f"answer:{desk.workspace_id}:{row.github_id}:{event.comment_id}"
    intent = Receipt(
        workspace_id=desk.workspace_id,
        key=key,
        kind=ANSWER,
        channel_id="",
        at=desk.now,
        correlation_id=desk.correlation_id,
        object_kind="github",
        object_id=f"{row.full_name}#{event.issue.number}",
        said=unmarked(cut(harmless(redact(text), links_for(desk.settings, event.body)), LONGEST)),
    )
    await receipts.intend(desk.tx, intent)
    args = {"key": key, "repository_id": row.id, "issue": event.issue.number}
    await desk.put(ANSWER, args, key=key, dedupe_key=key, priority=queue.EVENT)


def came_late() -> str:
    """What is said to a command that was written long ago: nothing is done."""
    return say("This came late, and much may have changed meanwhile: write it again if it still holds.")


def refused(refusal: UserError) -> str:
    """A refusal as the text of a comment; its buttons are left out."""
    return in_markdown(Message(text=str(refusal)))


def _is_told_there(verb: Verb, reply: Reply) -> bool:
    """Whether it says what was done; of a private ticket nothing comes so far."""
    is_question = reply.is_private and any(button.action != UNDO for button in reply.message.buttons)
    return not is_question and (bool(verb.changes) or verb.action not in LOOKS)


def _no_command(line: str) -> str:
    text = fixed("I do not know “{line}”. {hint} Plain words I understand in Slack alone.")
    return say(text, line=escape(line[:60]), hint=did_you_mean(leading_word(line), VERBS))


def _only_in_slack(verb: Verb) -> str:
    text = fixed("`{verb}` is for Slack. On GitHub I take commands about a ticket, for example `{example}`.")
    return say(text, verb=verb.name, example="/chargehand priority high")


async def _ticket(desk: Desk, event: CommentEvent) -> Ticket | None:
    """The issue's ticket, or the one that it is a duplicate of; of a private one nothing is said on GitHub."""
    known = await by_number(desk.tx, (await seen(desk, event.repository)).id, event.issue.number)
    if known is None or known.ticket_id is None:
        return None
    meant = await merging.meant(desk, await tickets.get(desk.tx, known.ticket_id))
    return None if meant.is_private else meant


async def _with_logins_read(desk: Desk, line: str) -> str:
    """On GitHub @bob is a login: whose it is proven to be is meant, and else the name."""
    for login in dict.fromkeys(_LOGIN.findall(line)[:MOST_NAMED]):
        if person := await people.by_github_login(desk.tx, desk.workspace_id, login):
            line = re.sub(rf"(?<![\w`/@])@{re.escape(login)}(?![\w.-])", mention(person.slack_id), line)
    return line
