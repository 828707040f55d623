"""Every form fits Slack's limits in each language, and is that of a command."""

import pytest

from agent.commands.registry import VERBS
from agent.desk import Desk
from agent.forms import add, track
from agent.forms.kind import FormKind
from agent.forms.open import form_for
from agent.forms.table import FORMS
from agent.reasons import USUAL
from bot.forms import TITLE, Words
from bot.sandbox.slack.blocks import view_problems
from bot.shortcuts import SlackShortcut
from bot.slack.modal import CANCEL, render_form
from storage import settings_kv
from tests.agent.conftest import MakeTicket

LAST = "CH-99999"
TITLES = [(kind.verb, Words(*(f"{title} {LAST}" for title in kind.title))) for kind in FORMS]
BUTTONS = [(kind.verb, kind.submit) for kind in FORMS]
OTHERS = [("track", track.TITLE), ("track", track.SUBMIT), ("new", track.NEW), ("add", add.TITLE), ("add", add.SUBMIT)]


@pytest.mark.parametrize(("verb", "words"), [*TITLES, *BUTTONS, *OTHERS, ("any", CANCEL)])
def test_titles_and_buttons_are_shown_whole(verb: str, words: Words) -> None:
    assert all(3 <= len(text) <= TITLE for text in words)


def test_every_form_is_that_of_a_command() -> None:
    names = [kind.verb for kind in FORMS]
    assert len(set(names)) == len(names)
    assert set(names) <= {verb.name for verb in VERBS}


def test_a_quick_reason_is_one_that_a_team_could_keep() -> None:
    assert all(3 <= len(reason) <= 60 for reasons in USUAL.values() for reason in reasons)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", FORMS, ids=[kind.verb for kind in FORMS])
async def test_slack_takes_it(desk: Desk, make_ticket: MakeTicket, kind: FormKind, language: str) -> None:
    await settings_kv.put(desk.tx, f"person:{desk.asker.person_id}", "language", language, workspace_id="T1")
    long = {"title": "t" * 256, "description": "d" * 3000, "tags": ["tag"], "waiting_for": "w" * 1000}
    ticket = await make_ticket(**long, priority="critical", waiting_on=desk.asker.person_id, component="cache")
    view = render_form(await form_for(desk, kind, ticket, about={"value": ticket.named_version}))
    assert view_problems(view) == []
    assert view["title"]["text"].endswith(ticket.name)


async def test_slack_takes_those_of_a_message(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(title="x" * 256)
    on = SlackShortcut(name="track", user_id="UANN", trigger_id="t", channel_id="C1", message_ts="5.0", text="d" * 9000)
    for form in (await track.form(desk, on, is_here=False), await add.form(desk, on)):
        assert view_problems(render_form(form)) == []
