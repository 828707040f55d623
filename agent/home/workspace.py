"""What an admin should know: what failed, what waits, what is off for want of a setting, who is not linked."""

from collections.abc import Iterator

from agent.home.view import View
from bot.home import Line, Part
from bot.messages import Button, escape, mention
from bot.settings import switched_off
from prompts.words import say
from storage.oversight import Running

UNLINKED = 5


def off_part(view: View) -> Part | None:
    """What does not work here, for who works with tickets: which setting turns it on is for admins."""
    found = [lack for lack in switched_off(view.desk.settings) if lack.is_felt]
    lines = tuple(Line(text=f"• {say('Off: {what}', what=escape(say(lack.feature)))}") for lack in found)
    return Part(title=say("Workspace"), lines=lines, note=say("An admin can turn it on.")) if found else None


def workspace_parts(view: View, running: Running) -> Iterator[Part]:
    """Health, what is off, and the members who have no login on GitHub."""
    facts = [_of_jobs(running.dead_jobs)]
    if running.proposals:
        facts.append(say("Proposals that wait for a decision: {count}", count=running.proposals))
    facts += [
        say("Off: {what} (set `{setting}`)", what=escape(say(lack.feature)), setting=lack.setting)
        for lack in switched_off(view.desk.settings)
    ]
    controls = (
        Button(label=say("New team…"), action="form:team-create"),
        Button(label=say("Delete a team…"), action="form:team-delete"),
        Button(label=say("Days off…"), action="form:holiday", value="workspace"),
        Button(label=say("Import people…"), action="form:person-import"),
    )
    lines = (Line(text="\n".join(f"• {fact}" for fact in facts)),)
    yield Part(title=say("Workspace"), lines=lines, controls=controls)
    if running.unlinked:
        yield _unlinked(view, running)


def _of_jobs(dead: int) -> str:
    return say("Jobs that failed for good: {count} (`jobs list`)", count=dead) if dead else say("All jobs went well.")


def _unlinked(view: View, running: Running) -> Part:
    lines = tuple(
        Line(
            text=f"@{escape(name)}",
            beside=Button(label=say("Ask them to link"), action="person", value=f"ask {mention(slack_id)}"),
        )
        for slack_id, name in running.unlinked
    )
    left = running.unlinked_number - len(lines)
    more = Button(label=say("Show all {count}", count=running.unlinked_number), action="person", value="unlinked")
    title = say("Not linked to GitHub ({count})", count=running.unlinked_number)
    return Part(title=title, lines=lines, controls=(more,) if left > 0 else ())
