"""The page's own server: what it serves, whom it refuses, and that what one does on it reaches the workspace."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.page import ASSETS, routes
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.wind import NoMomentError
from tests.bot.sandbox.slack_app import actions, button, running


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(routes=routes, ack_within=0.5) as slack:
        yield slack


@pytest.fixture
async def http(slack: SlackSandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.url) as session:
        yield session


@pytest.fixture
async def web(slack: SlackSandbox) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


async def do(http: aiohttp.ClientSession, kind: str, **body: Any) -> tuple[int, dict[str, Any]]:
    async with http.post(f"/page/{kind}", json=body) as response:
        return response.status, await response.json()


async def state(http: aiohttp.ClientSession, who: str) -> dict[str, Any]:
    async with http.get("/page/state", params={"as": who}) as response:
        assert response.status == 200
        return await response.json()


def talk(seen: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return next(channel["messages"] for channel in seen["channels"] if channel["name"] == name)


async def test_the_page_and_everything_it_loads_are_its_own(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as response:
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "<title>Chargehand demo</title>" in await response.text()
    for asset in ASSETS.iterdir():
        async with http.get(f"/page/static/{asset.name}") as response:
            assert response.status == 200
            assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_page_is_small_and_builds_no_markup_from_text() -> None:
    assets = {asset.name: asset.read_text() for asset in ASSETS.iterdir()}
    assert sum(len(text.encode()) for text in assets.values()) < 100_000
    for name, text in assets.items():
        assert "innerHTML" not in text, name
        assert "insertAdjacentHTML" not in text, name
    assert "http" not in assets["index.html"]
    assert "url(" not in assets["style.css"]


@pytest.mark.parametrize("path", ["/", "/page/state", "/page/events", "/page/static/app.js"])
async def test_another_host_name_is_refused(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path, headers={"Host": "evil.example"}) as response:
        assert response.status == 403
        assert await response.json() == {"error": "The demo answers only to this machine's own browser."}


async def test_another_site_cannot_act(http: aiohttp.ClientSession, slack: SlackSandbox) -> None:
    said = {"as": "bob", "channel": "#ops", "text": "from elsewhere"}
    async with http.post("/page/say", json=said, headers={"Origin": "https://evil.example"}) as response:
        assert response.status == 403
    async with http.post("/page/say", data=said) as response:
        assert response.status == 415
    assert slack.messages("#ops") == []


@pytest.mark.parametrize(
    ("kind", "body", "sentence"),
    [
        ("say", {"as": "bob", "channel": "#ops"}, '"text" is missing or not text.'),
        ("say", {"as": "bob", "channel": "#nowhere", "text": "hi"}, "There is no channel #nowhere for bob."),
        ("say", {"as": "bob", "channel": "#old-ops", "text": "hi"}, "#old-ops is archived."),
        ("say", {"as": "nobody", "channel": "#ops", "text": "hi"}, "Nobody here is called nobody."),
        ("say", {"as": "zed", "channel": "#ops", "text": "hi"}, "Nobody here is called zed."),
        ("say", {"as": "chargehand", "channel": "#ops", "text": "hi"}, "Nobody here is called chargehand."),
        ("say", ["bob"], "Send a JSON object."),
        ("click", {"as": "bob", "on": "moon", "action": "claim"}, "Nothing can be pressed on moon."),
        ("select", {"as": "bob", "on": "moon", "action": "team", "choice": "x"}, "Nothing can be chosen on moon."),
        ("submit", {"as": "bob", "values": {}}, "bob has no form open."),
        ("submit", {"as": "bob", "values": "x"}, '"values" must be an object.'),
        (
            "react",
            {"as": "bob", "channel": "#ops", "ts": "1", "name": "eyes", "on": "yes"},
            '"on" must be true or false.',
        ),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    http: aiohttp.ClientSession, kind: str, body: Any, sentence: str
) -> None:
    async with http.post(f"/page/{kind}", json=body) as response:
        assert (response.status, await response.json()) == (400, {"error": sentence})


async def test_broken_json_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.post("/page/say", data="{", headers={"Content-Type": "application/json"}) as response:
        assert (response.status, await response.json()) == (400, {"error": "That is not JSON."})


async def test_a_command_nobody_answers_says_so(http: aiohttp.ClientSession) -> None:
    answer = await do(http, "command", **{"as": "bob"}, channel="#ops", command="/chargehand", text="list")
    assert answer == (504, {"error": "Chargehand did not answer in time (dispatch_failed)."})


async def test_saying_editing_reacting_and_deleting(http: aiohttp.ClientSession, slack: SlackSandbox) -> None:
    bob = {"as": "bob", "channel": "#ops"}
    status, answer = await do(http, "say", **bob, text="@chargehand <b>redis</b> is down")
    ts = answer["ts"]
    assert (status, slack.message("#ops", ts).text) == (200, "<@U0CHARGE> &lt;b&gt;redis&lt;/b&gt; is down")
    await do(http, "say", **bob, text="same here", thread_ts=ts)
    await do(http, "edit", **bob, ts=ts, text="it is back")
    await do(http, "react", **bob, ts=ts, name="tada", on=True)
    root, reply = talk(await state(http, "carol"), "ops")
    assert (root["text"], root["reactions"], reply["thread_ts"]) == ("it is back", {"tada": ["U0BOB"]}, ts)
    await do(http, "react", **bob, ts=ts, name="tada", on=False)
    assert slack.reactions("#ops", ts) == {}
    refused = await do(http, "delete", **{"as": "carol"}, channel="#ops", ts=reply["ts"])
    assert refused == (400, {"error": "That is somebody else's message."})
    await do(http, "delete", **bob, ts=reply["ts"])
    assert [message["text"] for message in talk(await state(http, "carol"), "ops")] == ["it is back"]


async def test_each_person_sees_their_own_world(
    http: aiohttp.ClientSession, slack: SlackSandbox, web: AsyncWebClient
) -> None:
    await do(http, "dm", **{"as": "bob"}, text="only between us")
    await web.chat_postMessage(channel="U0BOB", text="you have been assigned")
    await web.chat_postEphemeral(channel="C0OPS", user="U0BOB", text="psst")
    await web.assistant_threads_setStatus(channel_id="C0OPS", thread_ts="1.1", status="is triaging…")
    bob, dave = await state(http, "bob"), await state(http, "dave")
    assert [message["text"] for message in bob["dm"]["messages"]] == ["only between us", "you have been assigned"]
    assert [(message["text"], message["ephemeral"]) for message in talk(bob, "ops")] == [("psst", True)]
    assert (dave["dm"]["messages"], talk(dave, "ops")) == ([], [])
    assert bob["statuses"]["C0OPS"] == {"1.1": "is triaging…"}
    names = {who: {channel["name"] for channel in seen["channels"]} for who, seen in {"bob": bob, "dave": dave}.items()}
    assert names["bob"] - names["dave"] == {"secret"}
    # The switcher shows whom a message waits for, not what it says.
    waiting = {person["name"] for person in dave["people"] if person["dm_latest"]}
    assert waiting == {"bob"}
    assert "you have been assigned" not in str(dave)


async def test_a_guest_sees_only_channels_they_are_in(http: aiohttp.ClientSession, slack: SlackSandbox) -> None:
    seen = await state(http, "gus")
    assert {channel["name"] for channel in seen["channels"]} == {
        channel.name for channel in slack.world.channels.values() if "U0GUS" in channel.members and channel.kind != "im"
    }
    assert all(channel["joined"] for channel in seen["channels"])


async def test_joining_a_channel(http: aiohttp.ClientSession, slack: SlackSandbox) -> None:
    slack.channel("#random").members.discard("U0BOB")
    assert not next(one for one in (await state(http, "bob"))["channels"] if one["name"] == "random")["joined"]
    await do(http, "join", **{"as": "bob"}, channel="#random")
    assert next(one for one in (await state(http, "bob"))["channels"] if one["name"] == "random")["joined"]


async def test_a_change_reaches_an_open_page(http: aiohttp.ClientSession, slack: SlackSandbox) -> None:
    async with http.get("/page/events") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert await stream.content.readline() == b"data: changed\n"
        await stream.content.readline()
        await slack.say("bob", "#ops", "hello")
        assert await stream.content.readline() == b"data: changed\n"


async def test_an_open_page_does_not_keep_the_demo_from_ending() -> None:
    async with aiohttp.ClientSession() as session:
        async with SlackSandbox.start(routes=routes) as slack:
            stream = await session.get(f"{slack.url}/page/events")
            await stream.content.readline()
        with pytest.raises(aiohttp.ClientPayloadError):
            await stream.content.read()
        stream.close()


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


MENU = {"type": "static_select", "action_id": "team", "options": [{"text": text("Payments"), "value": "payments"}]}
FIELD = {
    "type": "input",
    "block_id": "reason",
    "label": text("Why"),
    "element": {"type": "plain_text_input", "action_id": "reason"},
}
FORM = {"type": "modal", "title": text("Resolve"), "submit": text("Resolve"), "blocks": [FIELD]}
CONTROLS = [actions(button("Resolve…", "resolve", "CH-1"), MENU)]


async def test_pressing_choosing_and_filling_in(
    http: aiohttp.ClientSession, slack: SlackSandbox, web: AsyncWebClient
) -> None:
    app, seen = AsyncApp(client=web), []

    @app.action("resolve")
    async def resolve(ack: Any, body: Any, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.action("team")
    async def team(ack: Any, action: Any) -> None:
        seen.append(action["selected_option"]["value"])
        await ack()

    @app.view("")
    async def resolved(ack: Any, view: Any) -> None:
        seen.append(view["state"]["values"]["reason"]["reason"]["value"])
        await ack()

    async with running(slack, app):
        ts = (await web.chat_postMessage(channel="C0OPS", text="card", blocks=CONTROLS))["ts"]
        on_card = {"as": "bob", "on": "message", "channel": "C0OPS", "ts": ts}
        assert await do(http, "select", **on_card, action="team", choice="payments") == (200, {"ok": True})
        assert await do(http, "click", **on_card, action="resolve", value="CH-1") == (200, {"ok": True})
        await slack.until(lambda: slack.modal("bob"))
        assert (await state(http, "bob"))["modal"]["title"] == text("Resolve")
        assert (await state(http, "carol"))["modal"] is None
        empty = await do(http, "submit", **{"as": "bob"}, values={"reason": ""})
        assert empty == (200, {"errors": {"reason": "Please complete this required field."}})
        assert await do(http, "submit", **{"as": "bob"}, values={"reason": "failed over"}) == (200, {"errors": {}})
        assert (await state(http, "bob"))["modal"] is None
        assert seen == ["payments", "failed over"]


@pytest.fixture
async def both() -> AsyncIterator[tuple[aiohttp.ClientSession, GitHubSandbox]]:
    """The page with a GitHub beside the workspace."""
    async with (
        GitHubSandbox.start() as github,
        SlackSandbox.start(routes=partial(routes, github=github)) as slack,
        aiohttp.ClientSession(slack.url) as http,
    ):
        yield http, github


async def test_using_shortcuts(http: aiohttp.ClientSession, slack: SlackSandbox, web: AsyncWebClient) -> None:
    app, used = AsyncApp(client=web), []
    seen = await state(http, "bob")
    assert {one["kind"] for one in seen["shortcuts"]} == {"message", "global"}
    ts = await slack.say("carol", "#ops", "it is slow")

    @app.shortcut(re.compile(".*"))
    async def keep(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        used.append((body["callback_id"], body.get("message_ts")))

    async with running(slack, app):
        assert (await do(http, "shortcut", **{"as": "bob", "name": "track", "channel": "C0OPS", "ts": ts}))[0] == 200
        assert (await do(http, "shortcut", **{"as": "bob", "name": "new"}))[0] == 200
    assert used == [("track", ts), ("new", None)]


async def test_without_a_github_there_is_none_on_the_page(http: aiohttp.ClientSession) -> None:
    assert (await state(http, "alice"))["github"] is None


async def test_acting_on_github(both: tuple[aiohttp.ClientSession, GitHubSandbox]) -> None:
    http, github = both
    opened = await do(http, "github/open", **{"as": "frank"}, repo="acme/shop", title="redis is down", labels=["bug"])
    assert opened == (200, {"number": 1})
    shop = {"repo": "acme/shop", "number": 1}
    await do(http, "github/comment", **{"as": "bob"}, **shop, text="on it")
    await do(http, "github/close", **{"as": "bob"}, **shop, reason="not_planned")
    issue = github.issue("acme/shop", 1)
    assert (issue.state, issue.state_reason, [one.body for one in issue.comments.values()]) == (
        "closed",
        "not_planned",
        ["on it"],
    )
    await do(http, "github/reopen", **{"as": "frank"}, **shop)
    [shown] = on_github(await state(http, "carol"), "acme/shop")["issues"]
    assert (shown["state"], shown["labels"][0]["name"], shown["may_close"]) == ("open", "bug", True)


async def test_each_person_sees_only_their_repositories(both: tuple[aiohttp.ClientSession, GitHubSandbox]) -> None:
    http, _ = both
    seen = {who: (await state(http, who))["github"] for who in ("alice", "frank", "gus")}
    names = {who: [one["name"] for one in github["repositories"]] for who, github in seen.items()}
    assert names == {
        "alice": ["acme/shop", "acme/payments", "acme/site", "acme/vault"],
        "frank": ["acme/shop", "acme/payments", "acme/site"],
        "gus": ["acme/site"],
    }
    assert [github["me"] for github in seen.values()] == ["alice", "frank", None]


async def test_a_delivery_is_shown_with_its_answer_and_sent_again(
    both: tuple[aiohttp.ClientSession, GitHubSandbox],
) -> None:
    http, github = both
    github.add_hook("acme/shop", "http://127.0.0.1:9/nobody", secret="s")
    github.open_issue("frank", "acme/shop", title="redis is down")
    await github.settled()
    [first] = (await state(http, "bob"))["github"]["deliveries"]
    assert (first["event"], first["number"], first["code"], first["ok"]) == ("issues.opened", 1, 502, False)
    assert first["outcome"] == "failed to connect to host"
    assert (await state(http, "gus"))["github"]["deliveries"] == []
    await do(http, "github/redeliver", **{"as": "bob"}, guid=first["guid"])
    await github.settled()
    second, _ = (await state(http, "bob"))["github"]["deliveries"]
    assert (second["guid"], second["redelivery"]) == (first["guid"], True)


@pytest.mark.parametrize(
    ("kind", "body", "sentence"),
    [
        ("open", {"as": "gus", "repo": "acme/site", "title": "x"}, "gus has no account on GitHub."),
        ("open", {"as": "frank", "repo": "acme/vault", "title": "x"}, "there is no repository acme/vault"),
        ("open", {"as": "frank", "repo": "acme/shop", "title": ""}, '"title" is missing or not text.'),
        (
            "open",
            {"as": "frank", "repo": "acme/shop", "title": "x", "labels": "bug"},
            '"labels" must be a list of texts.',
        ),
        ("comment", {"as": "bob", "repo": "acme/shop", "number": 7, "text": "x"}, "there is no acme/shop#7"),
        ("comment", {"as": "bob", "repo": "acme/shop", "number": "1", "text": "x"}, '"number" must be a whole number.'),
        (
            "close",
            {"as": "frank", "repo": "acme/shop", "number": 1},
            "frank may close and reopen only their own issues in acme/shop.",
        ),
        ("redeliver", {"as": "bob", "guid": "x"}, "That delivery is not there any more."),
    ],
)
async def test_what_cannot_be_done_on_github_is_said(
    both: tuple[aiohttp.ClientSession, GitHubSandbox], kind: str, body: dict[str, Any], sentence: str
) -> None:
    http, github = both
    github.open_issue("carol", "acme/shop", title="redis is down")
    assert await do(http, f"github/{kind}", **body) == (400, {"error": sentence})


async def test_a_change_on_github_reaches_an_open_page(both: tuple[aiohttp.ClientSession, GitHubSandbox]) -> None:
    http, github = both
    async with http.get("/page/events") as stream:
        assert await stream.content.readline() == b"data: changed\n"
        await stream.content.readline()
        github.open_issue("frank", "acme/shop", title="redis is down")
        assert await stream.content.readline() == b"data: changed\n"


def on_github(seen: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in seen["github"]["repositories"] if one["name"] == name)


async def test_time_passes_when_somebody_wants_it_to() -> None:
    waited = []

    async def wind(text: str) -> None:
        if text == "someday":
            raise NoMomentError("'someday' is no moment")
        waited.append(text)

    async with (
        SlackSandbox.start(routes=partial(routes, wind=wind), now=lambda: 1000.0) as slack,
        aiohttp.ClientSession(slack.url) as http,
    ):
        assert (await state(http, "alice"))["now"] == 1000.0
        assert await do(http, "clock", until="next morning") == (200, {"ok": True})
        assert waited == ["next morning"]
        assert await do(http, "clock", until="someday") == (400, {"error": "'someday' is no moment"})


async def test_without_a_way_to_move_it_there_is_no_clock(http: aiohttp.ClientSession) -> None:
    assert (await state(http, "alice"))["now"] is None
