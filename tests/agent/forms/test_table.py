"""Every form fits Slack's limits in each language, and is that of a command."""

from dataclasses import replace

import pytest

from agent.commands.registry import VERBS
from agent.desk import Desk
from agent.forms import add, track
from agent.forms.kind import FormKind, OpenKind
from agent.forms.open import form_for, open_form_for
from agent.forms.table import FORMS, OPEN_FORMS
from agent.reasons import USUAL
from bot.forms import TITLE
from bot.sandbox.slack.blocks import view_problems
from bot.shortcuts import SlackShortcut
from bot.slack.modal import CANCEL, render_form
from prompts.words import say, speaking
from tests.agent.conftest import MakeTicket

LAST = "CH-99999"
LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])
VALUES = {"person": "Platform UCY", "holiday": "team Platform"}  # what their buttons carry
OPEN = [text for kind in OPEN_FORMS for text in (kind.title, kind.submit)]
SHOWN = [*(kind.submit for kind in FORMS), *OPEN, track.TITLE, track.SUBMIT, track.NEW, add.TITLE, add.SUBMIT, CANCEL]


@LANGUAGES
def test_titles_and_buttons_are_shown_whole(language: str) -> None:
    with speaking(language):
        for text in (*map(say, SHOWN), *(say(kind.title, ticket=LAST) for kind in FORMS)):
            assert 3 <= len(text) <= TITLE, text


def test_every_form_is_that_of_a_command() -> None:
    names = [kind.verb for kind in FORMS]
    assert len(set(names)) == len(names)
    assert set(names) <= {verb.name for verb in VERBS}
    others = [kind.name for kind in OPEN_FORMS]
    assert len({*names, *others}) == len(names) + len(others)
    assert {kind.verb for kind in OPEN_FORMS} <= {verb.name for verb in VERBS}


def test_a_quick_reason_is_one_that_a_team_could_keep() -> None:
    assert all(3 <= len(reason) <= 60 for reasons in USUAL.values() for reason in reasons)


@LANGUAGES
@pytest.mark.parametrize("kind", FORMS, ids=[kind.verb for kind in FORMS])
async def test_slack_takes_it(desk: Desk, make_ticket: MakeTicket, kind: FormKind, language: str) -> None:
    long = {"title": "t" * 256, "description": "d" * 3000, "tags": ["tag"], "waiting_for": "w" * 1000}
    ticket = await make_ticket(**long, priority="critical", waiting_on=desk.asker.person_id, component="cache")
    with speaking(language):
        view = render_form(await form_for(desk, kind, ticket, about={"value": ticket.named_version}))
    assert view_problems(view) == []
    assert ticket.name in view["title"]["text"]


@LANGUAGES
@pytest.mark.parametrize("kind", OPEN_FORMS, ids=[kind.name for kind in OPEN_FORMS])
async def test_slack_takes_those_about_no_ticket(desk: Desk, kind: OpenKind, language: str) -> None:
    admin = replace(desk, actor=replace(desk.asker, is_admin=True))
    value = VALUES.get(kind.name, "Platform")
    with speaking(language):
        view = render_form(await open_form_for(admin, kind, value, about={"value": value}))
    assert view_problems(view) == []


async def test_slack_takes_those_of_a_message(desk: Desk, make_ticket: MakeTicket) -> None:
    await make_ticket(title="x" * 256)
    on = SlackShortcut(name="track", user_id="UANN", trigger_id="t", channel_id="C1", message_ts="5.0", text="d" * 9000)
    for form in (await track.form(desk, on, is_here=False), await add.form(desk, on)):
        assert view_problems(render_form(form)) == []
