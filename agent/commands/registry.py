"""Every command there is: a new one is a file, a test and a line here."""

from agent.commands import (
    absent,
    ack,
    agent,
    answer,
    approve,
    ask,
    assign,
    away,
    back,
    budget,
    capacity,
    channel,
    claim,
    close,
    comment,
    continue_,
    conversations,
    deny,
    digest,
    dup,
    escalate,
    feedback,
    file,
    group,
    handover,
    help,
    history,
    holiday,
    hours,
    jobs,
    link,
    list,
    me,
    move,
    mute,
    not_same,
    ownership,
    person,
    priority,
    proposals,
    reconcile,
    release,
    remind,
    reminders,
    reopen,
    repo,
    report,
    resolve,
    rotation,
    separate,
    set,
    show,
    sla,
    snooze,
    start,
    status,
    still_broken,
    stop,
    summary,
    take_and_resolve,
    team,
    track,
    unassign,
    undo,
    unsnooze,
    wait,
    watch,
    who,
    why,
    withdraw,
)
from agent.commands.grammar import did_you_mean, find_verb
from agent.commands.named import thread_ticket
from agent.commands.verb import Reply, Said, Verb
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say


async def _help(desk: Desk, said: Said) -> Reply:
    return await help.help_reply(desk, VERBS, verb_named(said.text) if said.text else None, await thread_ticket(desk))


async def _who_can(desk: Desk, said: Said) -> Reply:
    return await who.who_can(desk, verb_named(said.text.rstrip("?")), said.ticket)


def verb_named(word: str) -> Verb:
    """The verb with this name or synonym.

    Raises:
        UserError: there is none; names the nearest.
    """
    verb = find_verb(word, VERBS)
    if verb is None:
        hint = did_you_mean(word, VERBS)
        raise UserError(say("There is no command “{word}”. {hint}", word=escape(word[:40]), hint=hint))
    return verb


def _called(name: str) -> Verb:
    """The verb that a proposal names."""
    return next(verb for verb in VERBS if verb.name == name)


VERBS: tuple[Verb, ...] = (
    report.VERB,
    withdraw.VERB,
    list.VERB,
    show.VERB,
    claim.VERB,
    release.VERB,
    assign.VERB,
    assign.ENLIST,
    unassign.VERB,
    handover.VERB,
    ack.VERB,
    ack.BACK,
    start.VERB,
    start.BACK,
    wait.VERB,
    wait.BACK,
    status.VERB,
    resolve.VERB,
    take_and_resolve.VERB,
    close.VERB,
    reopen.VERB,
    still_broken.VERB,
    dup.VERB,
    dup.BACK,
    not_same.VERB,
    approve.verb(_called),
    deny.VERB,
    proposals.VERB,
    priority.VERB,
    set.VERB,
    move.VERB,
    comment.VERB,
    watch.VERB,
    watch.BACK,
    undo.VERB,
    separate.VERB,
    track.VERB,
    track.OFFERED,
    why.VERB,
    history.VERB,
    me.VERB,
    capacity.VERB,
    rotation.VERB,
    away.VERB,
    back.VERB,
    absent.REASSIGN_ALL,
    absent.KEEP_ALL,
    snooze.VERB,
    unsnooze.VERB,
    ownership.VERB,
    mute.VERB,
    mute.BACK,
    escalate.VERB,
    agent.VERB,
    ask.VERB,
    stop.VERB,
    continue_.VERB,
    answer.VERB,
    feedback.VERB,
    conversations.VERB,
    remind.VERB,
    reminders.VERB,
    digest.VERB,
    summary.VERB,
    sla.VERB,
    team.VERB,
    person.VERB,
    link.VERB,
    link.BACK,
    channel.VERB,
    group.VERB,
    budget.VERB,
    hours.VERB,
    holiday.VERB,
    repo.VERB,
    reconcile.VERB,
    file.VERB,
    jobs.VERB,
    Verb(
        name="who",
        takes=who.SLOTS,
        summary=fixed("say for whom a command is, on a ticket by name"),
        example="who can resolve",
        action="see",
        act=_who_can,
        another="who can close CH-1",
        german=("wer",),
        no_inverse="it changes nothing",
    ),
    Verb(
        name="help",
        takes=help.SLOTS,
        summary=fixed("explain the commands, or one of them"),
        example="help resolve",
        action="see",
        act=_help,
        another="?",
        also=("?", "commands", "how"),
        german=("hilfe",),
        no_inverse="it changes nothing",
    ),
)
