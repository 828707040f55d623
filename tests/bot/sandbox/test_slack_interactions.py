"""Buttons, menus, commands and forms, pressed by a person and answered by a Bolt app."""

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack import PersonError, SlackSandbox, SlackTimeoutError
from tests.bot.sandbox.slack_app import Clock, actions, bolt_app, button, error_of, running, section, web_client

Body = dict[str, Any]


def text_of(text: str) -> Body:
    return {"type": "plain_text", "text": text}


def resolve_form(**parts: Any) -> Body:
    """A form with a required reason, an optional menu and a limit."""
    reason = {"type": "plain_text_input", "action_id": "why", "min_length": 3, "max_length": 20}
    quick = {"type": "static_select", "action_id": "how", "options": [{"text": text_of("Fixed"), "value": "fixed"}]}
    return {
        "type": "modal",
        "callback_id": "resolve",
        "title": text_of("Resolve"),
        "submit": text_of("Send"),
        "blocks": [
            {"type": "input", "block_id": "reason", "label": text_of("Reason"), "element": reason},
            {"type": "input", "block_id": "quick", "label": text_of("Quick"), "element": quick, "optional": True},
        ],
        **parts,
    }


def opens(app: AsyncApp, view: Body) -> None:
    """Let `/chargehand` open this form."""

    @app.command("/chargehand")
    async def open_form(ack: Any, body: Body, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)


def keeps(app: AsyncApp, decide: Callable[[Body], Body]) -> list[Body]:
    """Answer submissions with what `decide` says, and keep their values."""
    values: list[Body] = []

    @app.view("resolve")
    async def taken(ack: Any, view: Body) -> None:
        values.append(view["state"]["values"])
        await ack(**decide(view))

    return values


async def test_a_button_reaches_the_app_with_its_message(slack: SlackSandbox) -> None:
    app, pressed = bolt_app(slack), []

    @app.action("claim")
    async def claimed(ack: Any, body: Body) -> None:
        await ack()
        pressed.append(body)

    card = {"color": "#C62828", "blocks": [section("CH-1"), actions(button("Claim", "claim", "CH-1"))]}
    root = await slack.say("bob", "#ops", "redis is down")
    posted = await web_client(slack).chat_postMessage(channel="C0OPS", thread_ts=root, text="CH-1", attachments=[card])
    async with running(slack, app):
        await slack.click("carol", "#ops", posted["ts"], "Claim")
        await slack.until(lambda: pressed)
    body = pressed[0]
    assert (body["user"]["id"], body["channel"]["name"], body["message"]["ts"]) == ("U0CAROL", "ops", posted["ts"])
    assert body["container"]["type"] == "message_attachment"
    assert body["container"]["thread_ts"] == root
    assert (body["actions"][0]["action_id"], body["actions"][0]["value"]) == ("claim", "CH-1")


async def test_only_what_a_person_sees_can_be_pressed(slack: SlackSandbox) -> None:
    web = web_client(slack)
    posted = await web.chat_postMessage(channel="C0SECRET", text="x", blocks=[actions(button("Claim", "claim"))])
    with pytest.raises(PersonError, match="no channel #secret for carol"):
        await slack.click("carol", "#secret", posted["ts"], "Claim")
    with pytest.raises(PersonError, match="no button 'Resolve' here; there is Claim"):
        await slack.click("bob", "#secret", posted["ts"], "Resolve")
    with pytest.raises(SlackTimeoutError, match="dispatch_failed"):
        await slack.click("bob", "#secret", posted["ts"], "Claim")


async def test_buttons_that_look_alike_are_told_apart_by_value(slack: SlackSandbox) -> None:
    app, pressed = bolt_app(slack), []

    @app.action("claim")
    async def claimed(ack: Any, action: Body) -> None:
        await ack()
        pressed.append(action["value"])

    rows = [actions(button("Claim", "claim", "CH-1")), actions(button("Claim", "claim", "CH-2"))]
    posted = await web_client(slack).chat_postMessage(channel="C0OPS", text="x", blocks=rows)
    async with running(slack, app):
        with pytest.raises(PersonError, match="2 buttons"):
            await slack.click("bob", "#ops", posted["ts"], "Claim")
        await slack.click("bob", "#ops", posted["ts"], "Claim", value="CH-2")
        await slack.until(lambda: pressed)
    assert pressed == ["CH-2"]


async def test_menus_take_labels_values_and_names(slack: SlackSandbox) -> None:
    app, chosen = bolt_app(slack), []

    @app.action("team")
    async def team(ack: Any, body: Body) -> None:
        await ack()
        chosen.append(
            (body["actions"][0]["selected_option"]["value"], body["state"]["values"]["teams"]["team"]["type"])
        )

    @app.action("who")
    async def who(ack: Any, action: Body) -> None:
        await ack()
        chosen.append(action["selected_user"])

    teams = [{"text": text_of("Payments"), "value": "2"}]
    menu = {"type": "static_select", "action_id": "team", "options": teams}
    row = actions(menu, {"type": "users_select", "action_id": "who"}) | {"block_id": "teams"}
    posted = await web_client(slack).chat_postMessage(channel="C0OPS", text="x", blocks=[row])
    assert slack.message("#ops", posted["ts"]).menus == {"team": ["Payments"], "who": []}
    async with running(slack, app):
        await slack.select("bob", "#ops", posted["ts"], action="team", choice="Payments")
        await slack.select("bob", "#ops", posted["ts"], action="who", choice="carol")
        with pytest.raises(PersonError, match="no option 'Ops'; there is Payments"):
            await slack.select("bob", "#ops", posted["ts"], action="team", choice="Ops")
        await slack.until(lambda: len(chosen) == 2)
    assert chosen == [("2", "static_select"), "U0CAROL"]


async def test_a_command_is_escaped_and_its_answer_private(slack: SlackSandbox) -> None:
    app, heard = bolt_app(slack), []

    @app.command("/chargehand")
    async def answer(ack: Any, command: Body) -> None:
        heard.append(command)
        await ack("done" if command["text"] != "aloud" else {"response_type": "in_channel", "text": "all hear"})

    async with running(slack, app):
        assert await slack.command("bob", "#random", "/chargehand", "assign CH-1 @carol in #ops") == {"text": "done"}
        await slack.command("bob", "#random", "/chargehand", "aloud")
        await slack.command("bob", "@chargehand", "/chargehand", "list")
    assert heard[0]["text"] == "assign CH-1 <@U0CAROL|carol> in <#C0OPS|ops>"
    assert [command["channel_name"] for command in heard] == ["random", "random", "directmessage"]
    assert [message.plain for message in slack.ephemerals("bob")] == ["done", "done"]
    assert slack.ephemerals("carol") == []
    assert [message.plain for message in slack.messages("#random")] == ["all hear"]


async def test_a_command_nobody_answers_times_out() -> None:
    async with SlackSandbox.start(ack_within=0.05) as slack:
        app = bolt_app(slack)

        @app.command("/chargehand")
        async def silent() -> None:
            return

        async with running(slack, app):
            with pytest.raises(SlackTimeoutError, match="operation_timeout"):
                await slack.command("bob", "#ops", "/chargehand", "list")


async def test_a_form_is_checked_before_and_after_it_is_sent(slack: SlackSandbox) -> None:
    app = bolt_app(slack)
    opens(app, resolve_form())
    refused = {"response_action": "errors", "errors": {"reason": "Say more."}}
    wrong = "no idea"
    sent = keeps(app, lambda view: refused if view["state"]["values"]["reason"]["why"]["value"] == wrong else {})
    async with running(slack, app):
        await slack.command("bob", "#ops", "/chargehand", "resolve")
        form = await slack.until(lambda: slack.modal("bob"))
        assert (form["title"]["text"], slack.modal("carol")) == ("Resolve", None)
        assert await slack.submit("bob") == {"reason": "Please complete this required field."}
        assert await slack.submit("bob", {"why": "x"}) == {"reason": "Please use at least 3 characters."}
        assert await slack.submit("bob", {"why": "x" * 21}) == {"reason": "Please use at most 20 characters."}
        assert sent == []
        assert await slack.submit("bob", {"reason": wrong}) == {"reason": "Say more."}
        assert slack.modal("bob")
        assert await slack.submit("bob", {"reason": "failed over", "quick": "Fixed"}) == {}
        assert slack.modal("bob") is None
    assert sent[1]["reason"] == {"why": {"type": "plain_text_input", "value": "failed over"}}
    assert sent[1]["quick"]["how"]["selected_option"]["value"] == "fixed"
    with pytest.raises(PersonError, match="bob has no form open"):
        await slack.submit("bob")


async def test_an_answer_may_change_stack_or_clear_forms(slack: SlackSandbox) -> None:
    app, step = bolt_app(slack), iter(["push", "update", "clear"])
    opens(app, resolve_form())

    def decide(view: Body) -> Body:
        action = next(step)
        follow = resolve_form(title=text_of(action))
        return {"response_action": action, **({} if action == "clear" else {"view": follow})}

    keeps(app, decide)
    async with running(slack, app):
        await slack.command("bob", "#ops", "/chargehand", "resolve")
        titles = [(await slack.until(lambda: slack.modal("bob")))["title"]["text"]]
        for _ in range(2):
            await slack.submit("bob", {"reason": "failed over"})
            titles.append((slack.modal("bob") or {})["title"]["text"])
        await slack.submit("bob", {"reason": "failed over"})
    assert titles == ["Resolve", "push", "update"]
    assert slack.modal("bob") is None


def picking_form() -> Body:
    """A form with people, a day and a time of day to pick."""
    elements = {
        "who": {"type": "multi_users_select", "initial_users": ["U0BOB"]},
        "one": {"type": "users_select"},
        "day": {"type": "datepicker", "initial_date": "2026-12-24"},
        "time": {"type": "timepicker"},
    }
    blocks = [
        {"type": "input", "block_id": name, "label": text_of(name), "element": {**element, "action_id": name}}
        for name, element in elements.items()
    ]
    return resolve_form(blocks=[{**block, "optional": True} for block in blocks])


async def test_people_days_and_times_are_picked(slack: SlackSandbox) -> None:
    app = bolt_app(slack)
    opens(app, picking_form())
    values = keeps(app, lambda _: {})
    async with running(slack, app):
        await slack.command("bob", "#ops", "/chargehand", "pick")
        await slack.until(lambda: slack.modal("bob"))
        for field, wrong in (("day", "24.12."), ("day", "2026-13-01"), ("time", "9:30"), ("one", "nobody")):
            with pytest.raises(PersonError):
                await slack.submit("bob", {field: wrong})
        assert await slack.submit("bob", {"one": "carol", "time": "09:30"}) == {}
    assert values == [
        {
            "who": {"who": {"type": "multi_users_select", "selected_users": ["U0BOB"]}},
            "one": {"one": {"type": "users_select", "selected_user": "U0CAROL"}},
            "day": {"day": {"type": "datepicker", "selected_date": "2026-12-24"}},
            "time": {"time": {"type": "timepicker", "selected_time": "09:30"}},
        }
    ]


async def test_shortcuts_on_a_message_and_on_none(slack: SlackSandbox) -> None:
    app, used = bolt_app(slack), []

    @app.shortcut("track")
    async def track(ack: Any, body: Body, client: Any) -> None:
        await ack()
        used.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=resolve_form())

    async with running(slack, app):
        ts = await slack.say("carol", "#random", "it is slow")
        await slack.shortcut("bob", "track", channel="#random", ts=ts)
        await slack.until(lambda: slack.modal("bob"))
        await slack.shortcut("bob", "track")
        await slack.until(lambda: len(used) == 2)
        async with aiohttp.ClientSession() as http, http.post(used[0]["response_url"], json={"text": "done"}) as answer:
            assert answer.status == 200
    on, alone = used
    assert (on["type"], on["message"]["text"], on["message"]["user"]) == ("message_action", "it is slow", "U0CAROL")
    assert (on["channel"]["id"], on["message_ts"]) == ("C0RANDOM", ts)
    assert (alone["type"], "response_url" in alone) == ("shortcut", False)
    assert [message.plain for message in slack.ephemerals("bob")] == ["done"]


async def test_closing_a_form_is_told_when_asked_for(slack: SlackSandbox) -> None:
    app, closed = bolt_app(slack), []
    opens(app, resolve_form(notify_on_close=True))

    @app.view_closed("resolve")
    async def note(ack: Any, view: Body) -> None:
        await ack()
        closed.append(view["callback_id"])

    async with running(slack, app):
        await slack.command("bob", "#ops", "/chargehand", "resolve")
        await slack.until(lambda: slack.modal("bob"))
        await slack.close_modal("bob")
        await slack.until(lambda: closed)
    assert slack.modal("bob") is None


async def test_a_trigger_opens_one_form_within_three_seconds(slack: SlackSandbox, clock: Clock) -> None:
    app, triggers = bolt_app(slack), []

    @app.command("/chargehand")
    async def keep(ack: Any, body: Body) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    async with running(slack, app):
        await slack.command("bob", "#ops", "/chargehand")
        await slack.command("bob", "#ops", "/chargehand")
    web = web_client(slack)
    opened = await web.views_open(trigger_id=triggers[0], view=resolve_form())
    assert await error_of(web.views_open(trigger_id=triggers[0], view=resolve_form())) == "exchanged_trigger_id"
    clock.advance(3.1)
    assert await error_of(web.views_open(trigger_id=triggers[1], view=resolve_form())) == "expired_trigger_id"
    view = opened["view"]
    stale = web.views_update(view_id=view["id"], view=resolve_form(), hash="h0")
    assert await error_of(stale) == "hash_conflict"
    await web.views_update(view_id=view["id"], view=resolve_form(title=text_of("Changed")), hash=view["hash"])
    assert (slack.modal("bob") or {})["title"]["text"] == "Changed"
    await slack.close_modal("bob")
    assert await error_of(web.views_update(view_id=view["id"], view=resolve_form())) == "not_found"


async def test_a_form_can_hold_buttons_that_push_another(slack: SlackSandbox) -> None:
    app = bolt_app(slack)
    opens(app, resolve_form(blocks=[actions(button("More", "more"))]))

    @app.action("more")
    async def more(ack: Any, body: Body, client: Any) -> None:
        await ack()
        assert body["container"]["type"] == "view"
        await client.views_push(trigger_id=body["trigger_id"], view=resolve_form(title=text_of("More")))

    async with running(slack, app):
        await slack.command("bob", "#ops", "/chargehand")
        await slack.until(lambda: slack.modal("bob"))
        await slack.click_modal("bob", "More")
        await slack.until(lambda: (slack.modal("bob") or {})["title"]["text"] == "More")
        await slack.close_modal("bob")
    assert (slack.modal("bob") or {})["title"]["text"] == "Resolve"


async def test_the_home_tab_is_each_persons_own(slack: SlackSandbox) -> None:
    app, web, pressed = bolt_app(slack), web_client(slack), []

    @app.action("refresh")
    async def refresh(ack: Any, body: Body) -> None:
        await ack()
        pressed.append(body["view"]["type"])

    home = {"type": "home", "blocks": [section("Hello bob"), actions(button("Refresh", "refresh"))]}
    published = await web.views_publish(user_id="U0BOB", view=home)
    again = web.views_publish(user_id="U0BOB", view=home, hash="h0")
    assert await error_of(again) == "hash_conflict"
    assert published["view"]["type"] == "home"
    async with running(slack, app):
        await slack.click_home("bob", "Refresh")
        await slack.until(lambda: pressed)
    assert slack.home("carol") is None
    assert (slack.home("bob") or {})["blocks"][0]["text"]["text"] == "Hello bob"


async def test_a_private_message_is_seen_pressed_and_replaced_by_one_person(slack: SlackSandbox) -> None:
    app = bolt_app(slack)

    @app.action("separate")
    async def separate(ack: Any, body: Body, respond: Any) -> None:
        await ack()
        assert body["container"]["is_ephemeral"]
        assert "message" not in body
        await respond(text="CH-2 it is", replace_original=True)

    rows = [section("Joined CH-1"), actions(button("Separate ticket", "separate"))]
    await web_client(slack).chat_postEphemeral(channel="C0OPS", user="U0BOB", text="Joined CH-1", blocks=rows)
    with pytest.raises(PersonError, match="carol sees no private message"):
        await slack.click_ephemeral("carol", "Separate ticket")
    async with running(slack, app):
        await slack.click_ephemeral("bob", "Separate ticket")
        await slack.until(lambda: slack.ephemerals("bob")[0].plain == "CH-2 it is")
    assert len(slack.ephemerals("bob")) == 1
    assert slack.messages("#ops") == []
    assert slack.envelopes[0].kind == "interactive"


async def test_a_response_url_takes_five_answers_in_half_an_hour(slack: SlackSandbox, clock: Clock) -> None:
    app, urls = bolt_app(slack), []

    @app.command("/chargehand")
    async def keep(ack: Any, body: Body) -> None:
        urls.append(body["response_url"])
        await ack()

    async with running(slack, app):
        await slack.command("bob", "#random", "/chargehand")
        await slack.command("bob", "#random", "/chargehand")
    async with aiohttp.ClientSession() as http:
        for status in (200, 200, 200, 200, 200, 404):
            async with http.post(urls[0], json={"text": "hi"}) as response:
                assert response.status == status
        assert len(slack.ephemerals("bob")) == 5
        async with http.post(urls[1], json={"text": "hi", "response_type": "in_channel"}) as response:
            assert response.status == 200
        async with http.post(urls[1], json={"text": "hi", "thread_ts": "1.0"}) as response:
            assert (response.status, (await response.json())["error"]) == (400, "thread_not_found")
        clock.advance(30 * 60 + 1)
        async with http.post(urls[1], json={"text": "too late"}) as response:
            assert (response.status, (await response.json())["error"]) == (404, "expired_url")
    assert [message.plain for message in slack.messages("#random")] == ["hi"]


async def test_an_answer_can_take_the_original_away(slack: SlackSandbox) -> None:
    app = bolt_app(slack)

    @app.action("gone")
    async def gone(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    web = web_client(slack)
    posted = await web.chat_postMessage(channel="C0OPS", text="x", blocks=[actions(button("Gone", "gone"))])
    async with running(slack, app):
        await slack.click("bob", "#ops", posted["ts"], "Gone")
        await slack.until(lambda: not slack.messages("#ops"))
