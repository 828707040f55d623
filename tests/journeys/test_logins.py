"""Who somebody is on GitHub is proven by the login itself or by an admin; what is only said carries no rights."""

import re

import pytest
from sqlmodel import select

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.identities import Identity
from storage.people import Person
from tests.github import settle
from tests.team import DATABASES, Bot, make_admin, quiet, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
CODE = re.compile(r"`(chargehand-\w+)`")


@pytest.fixture
async def bot(listener: Bot) -> Bot:
    """It hears GitHub, and its admin is erin."""
    await make_admin(listener, "erin")
    return listener


async def known(bot: Bot) -> dict[str, tuple[str, str]]:
    """Login -> whose it is, and how sure that is."""
    names = {person.id: person.name for person in await select_all(bot, Person)}
    return {one.shown: (names[one.person_id], one.state) for one in await select_all(bot, Identity)}


async def code_for(bot: Bot, who: str, login: str) -> str:
    """Claim a login; the code that proves it."""
    answer = await slash(bot, who, f"link github {login}")
    assert answer.startswith(f"Noted, but not proven: as {login}, write `chargehand-")
    found = CODE.search(answer)
    assert found
    return found[1]


@BOTH
async def test_the_login_proves_it_by_a_comment(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    code = await code_for(bot, "bob", "Bob")
    assert await known(bot) == {"Bob": ("bob", "claimed")}
    assert "GitHub: Bob (not proven yet)" in await slash(bot, "bob", "me")
    github.open_issue("alice", "acme/shop", title="redis is slow")
    github.comment("alice", "acme/shop", 1, f"this is {code}")
    await settle(github, bot)
    assert await known(bot) == {"Bob": ("bob", "claimed")}
    github.comment("bob", "acme/shop", 1, f"> this is {code}\n\nwhat is that?")
    await settle(github, bot)
    assert await known(bot) == {"Bob": ("bob", "claimed")}  # a quoted line is somebody else's
    github.comment("bob", "acme/shop", 1, f"it is me: {code}.")
    await settle(github, bot)
    assert await known(bot) == {"Bob": ("bob", "verified")}
    assert said(slack.dms("bob"))[-1] == "You are Bob on GitHub: the comment proved it."
    events = await bot.rows(select(AuditEvent).where(AuditEvent.action == "link"))
    assert [(event.actor[:6], event.surface, event.after["state"]) for event in events] == [
        ("person", "slash", "claimed"),
        ("system", "github", "verified"),
    ]
    assert code not in str([(event.before, event.after) for event in events])
    assert "GitHub: Bob" in (await slash(bot, "bob", "me")).splitlines()
    assert await slash(bot, "bob", "link github bob") == "You are Bob on GitHub already."


@BOTH
async def test_what_is_claimed_makes_no_reporter(github: GitHubSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "link github bob")
    github.open_issue("bob", "acme/shop", title="redis is down")
    await settle(github, bot)
    assert (await bot.ticket()).reporter_id is None


@BOTH
async def test_an_admin_confirms_with_a_button(slack: SlackSandbox, bot: Bot) -> None:
    await code_for(bot, "bob", "bobhub")
    [asked] = slack.dms("erin")
    assert asked.plain.startswith("@bob says that they are bobhub on GitHub.")
    await slack.click("erin", "@chargehand", asked.ts, "Confirm")
    await quiet(bot)
    assert await known(bot) == {"bobhub": ("bob", "verified")}
    assert said(slack.dms("erin")) == ["@bob is bobhub on GitHub: confirmed by @erin."]


@BOTH
async def test_of_two_who_say_it_an_admin_chooses(slack: SlackSandbox, bot: Bot) -> None:
    await code_for(bot, "bob", "octocat")
    answer = await slash(bot, "carol", "link github Octocat")
    assert answer == "@bob says so of Octocat too: I have asked the admins who of you it is."
    assert await known(bot) == {"octocat": ("bob", "claimed")}
    asked = slack.dms("erin")[-1]
    assert asked.plain.startswith("@bob and @carol both say that they are Octocat on GitHub. Who is it?")
    await slack.select("erin", "@chargehand", asked.ts, action="link", choice="@carol")
    await quiet(bot)
    assert await known(bot) == {"Octocat": ("carol", "verified")}
    refused = await slash(bot, "bob", "link github octocat")
    assert refused == "Octocat is @carol on GitHub; an admin can change that."


async def test_a_button_is_for_admins_alone(bot: Bot) -> None:
    await code_for(bot, "bob", "bobhub")
    for line in ("link github bobhub @bob", "unlink github @carol"):
        refused = await slash(bot, "alice", line)
        assert refused.startswith("You may not say who somebody is on GitHub: that is for admins.")
    assert await known(bot) == {"bobhub": ("bob", "claimed")}


async def test_who_has_a_login_lets_go_of_it_before_taking_another(bot: Bot) -> None:
    await slash(bot, "erin", "link github bobhub @bob")
    refused = await slash(bot, "bob", "link github octocat")
    assert refused == "You are bobhub on GitHub: `unlink github` lets go of it first."
    assert await slash(bot, "bob", "unlink github") == (
        "bobhub on GitHub is nobody's any more. `link github bobhub` says it again."
    )
    assert (await slash(bot, "bob", "unlink github")).startswith("There is no GitHub login to let go of")
    await code_for(bot, "bob", "bob-two")
    await code_for(bot, "bob", "bob-three")
    assert await known(bot) == {"bob-three": ("bob", "claimed")}


async def test_admins_see_who_is_not_linked(github: GitHubSandbox, bot: Bot) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.open_issue("bob", "acme/shop", title="kafka is down")
    await settle(github, bot)
    await slash(bot, "erin", "link github bob @bob")
    listed = (await slash(bot, "erin", "person unlinked")).splitlines()
    assert listed[0] == "*Logins that are nobody's*: frank"
    assert listed[1] == "*Members without a login*: @alice, @carol, @dave, @erin"


@pytest.mark.parametrize("line", ["link github is broken", "link to the shop is dead", "unlink failed"])
async def test_words_about_links_are_a_report(slack: SlackSandbox, bot: Bot, line: str) -> None:
    await slack.say("frank", "#ops", f"@chargehand {line}")
    await quiet(bot)
    assert (await bot.ticket()).description == line


@BOTH
async def test_who_pushed_with_their_e_mail_is_asked_whether_it_is_them(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot
) -> None:
    await slash(bot, "frank", "me")
    github.push("frank", "acme/shop", "fix")
    await settle(github, bot)
    assert await known(bot) == {"frank": ("frank", "guessed")}
    assert "GitHub: frank (guessed by your e-mail: is it you?)" in await slash(bot, "frank", "me")
    await slack.click_ephemeral("frank", "No")
    await quiet(bot)
    github.push("frank", "acme/shop", "fix")
    await settle(github, bot)
    assert await known(bot) == {"frank": ("frank", "unknown")}
    assert "GitHub: not known" in await slash(bot, "frank", "me")
