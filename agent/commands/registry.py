"""Every command there is: a new one is a file, a test and a line here."""

from agent.commands import (
    ack,
    assign,
    away,
    back,
    capacity,
    claim,
    close,
    comment,
    file,
    help,
    holiday,
    hours,
    jobs,
    list,
    me,
    move,
    priority,
    reconcile,
    release,
    reminders,
    reopen,
    repo,
    report,
    resolve,
    rotation,
    separate,
    show,
    sla,
    snooze,
    start,
    status,
    take_and_resolve,
    unassign,
    undo,
    unsnooze,
    wait,
    why,
)
from agent.commands.grammar import did_you_mean, find_verb
from agent.commands.verb import Reply, Said, Verb
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape


async def _help(desk: Desk, said: Said) -> Reply:
    wanted = find_verb(said.text, VERBS) if said.text else None
    if said.text and wanted is None:
        raise UserError(f"There is no command “{escape(said.text[:40])}”. {did_you_mean(said.text, VERBS)}")
    return help.help_reply(VERBS, wanted)


VERBS: tuple[Verb, ...] = (
    report.VERB,
    list.VERB,
    show.VERB,
    claim.VERB,
    release.VERB,
    assign.VERB,
    unassign.VERB,
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
    priority.VERB,
    move.VERB,
    comment.VERB,
    undo.VERB,
    separate.VERB,
    why.VERB,
    me.VERB,
    capacity.VERB,
    rotation.VERB,
    away.VERB,
    back.VERB,
    snooze.VERB,
    unsnooze.VERB,
    reminders.VERB,
    sla.VERB,
    hours.VERB,
    holiday.VERB,
    repo.VERB,
    reconcile.VERB,
    file.VERB,
    jobs.VERB,
    Verb(
        name="help",
        takes=help.SLOTS,
        summary="explain the commands, or one of them",
        example="help resolve",
        action="see",
        act=_help,
        another="?",
        also=("?", "commands"),
        german=("hilfe",),
        no_inverse="it changes nothing",
    ),
)
