"""A code proves a claim for ten minutes; a guess asks the person, and is not made twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.commands.run import run_line
from agent.desk import Desk
from agent.people import logins
from bot.errors import UserError
from storage import identities, people


async def code_of(desk: Desk, login: str) -> str:
    await run_line(desk, f"link github {login}")
    row = await identities.of_login(desk.tx, "T1", login)
    assert row
    assert row.code
    return row.code


async def state(desk: Desk) -> str | None:
    row = await identities.of_person(desk.tx, desk.asker.person_id)
    return row.state if row else None


@pytest.mark.parametrize(("minutes", "is_proof"), [(9, True), (11, False)])
async def test_a_code_is_good_for_ten_minutes(desk: Desk, minutes: int, is_proof: bool) -> None:
    code = await code_of(desk, "Ann-Hub")
    later = replace(desk, now=desk.now + timedelta(minutes=minutes))
    assert await logins.confirm(later, "ann-hub", code) is is_proof
    assert await logins.confirm(later, "ann-hub", code) is False
    assert await state(desk) == ("verified" if is_proof else "claimed")


async def test_a_new_claim_makes_the_old_code_worthless(desk: Desk) -> None:
    first = await code_of(desk, "annhub")
    assert await code_of(desk, "annhub") != first
    assert await logins.confirm(desk, "annhub", first) is False


@pytest.mark.parametrize("login", ["-ann", "a" * 40, "ann*hub"])
async def test_what_cannot_be_a_login_is_refused(desk: Desk, login: str) -> None:
    with pytest.raises(UserError):
        await logins.claim(desk, login)


async def test_a_guess_is_shown_as_one_and_a_no_ends_it(desk: Desk) -> None:
    ann = await people.get(desk.tx, desk.asker.person_id)
    ann.email = "Ann@acme.example"
    await desk.tx.flush()
    await logins.guess(desk, "annhub", "ann@acme.example")
    shown = (await run_line(desk, "me")).message
    assert "GitHub: annhub (guessed by your e-mail: is it you?)" in shown.text
    assert [(button.label, button.action, button.value) for button in shown.buttons] == [
        ("Yes", "link", "github annhub"),
        ("No", "unlink", "github"),
    ]
    assert await people.by_github_login(desk.tx, "T1", "annhub") is None
    await run_line(desk, "unlink github")
    await logins.guess(desk, "annhub", "ann@acme.example")
    assert await state(desk) is None
    await run_line(desk, "link github annhub")
    assert await state(desk) == "claimed"
