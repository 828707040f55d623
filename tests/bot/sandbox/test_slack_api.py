"""The Web API: every way to send arguments, and Slack's error code for everything Slack refuses."""

import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Seed, SlackSandbox, default_seed
from bot.sandbox.slack.seed import crowd, many_channels
from tests.bot.sandbox.slack_app import Clock, error_of, section, web_client

NOBODY = "1.000001"


async def test_json_form_and_query_say_the_same(slack: SlackSandbox) -> None:
    given = {"channel": "C0OPS", "text": "hi"}
    url, headers = f"{slack.api_url}chat.postMessage", {"Authorization": f"Bearer {slack.bot_token}"}
    blocks = json.dumps([section("in a block")])
    async with aiohttp.ClientSession(headers=headers) as http:
        for sent in ({"json": given}, {"data": given}, {"params": given}, {"data": {**given, "blocks": blocks}}):
            async with http.post(url, **sent) as response:
                assert (await response.json())["ok"] is True
        async with http.get(url, params=given) as response:
            assert (await response.json())["ok"] is True
            assert "chat:write" in response.headers["x-oauth-scopes"].split(",")
    assert [message.plain for message in slack.messages("#ops")] == ["hi", "hi", "hi", "in a block", "hi"]


Refused = Callable[[AsyncWebClient], Any]
REFUSALS: dict[str, Refused] = {
    "unknown_method": lambda web: web.api_call("chat.shout"),
    "channel_not_found": lambda web: web.chat_postMessage(channel="C0NOWHERE", text="hi"),
    "not_in_channel": lambda web: web.chat_postMessage(channel="C0RANDOM", text="hi"),
    "is_archived": lambda web: web.chat_postMessage(channel="C0OLDOPS", text="hi"),
    "no_text": lambda web: web.api_call("chat.postMessage", json={"channel": "C0OPS"}),
    "thread_not_found": lambda web: web.chat_postMessage(channel="C0OPS", text="hi", thread_ts=NOBODY),
    "invalid_blocks": lambda web: web.chat_postMessage(channel="C0OPS", text="hi", blocks=[section("")]),
    "invalid_blocks_format": lambda web: web.api_call("chat.postMessage", json={"channel": "C0OPS", "blocks": "[{"}),
    "invalid_metadata_format": lambda web: web.chat_postMessage(channel="C0OPS", text="hi", metadata={"event_type": 1}),
    "markdown_text_conflict": lambda web: web.chat_postMessage(channel="C0OPS", text="hi", markdown_text="hi"),
    "cannot_dm_bot": lambda web: web.chat_postMessage(channel="U0CHARGE", text="hi"),
    "user_disabled": lambda web: web.chat_postMessage(channel="U0ZED", text="hi"),
    "message_not_found": lambda web: web.chat_update(channel="C0OPS", ts=NOBODY, text="hi"),
    "user_not_in_channel": lambda web: web.chat_postEphemeral(channel="C0PAYMENTS", user="U0XENA", text="hi"),
    "user_not_found": lambda web: web.users_info(user="U0NOBODY"),
    "users_not_found": lambda web: web.users_lookupByEmail(email="nobody@acme.example"),
    "invalid_name": lambda web: web.reactions_add(channel="C0OPS", timestamp=NOBODY, name="Not An Emoji"),
    "bad_timestamp": lambda web: web.reactions_add(channel="C0OPS", timestamp="yesterday", name="eyes"),
    "no_item_specified": lambda web: web.api_call("reactions.add", params={"channel": "C0OPS", "name": "eyes"}),
    "method_not_supported_for_channel_type": lambda web: web.conversations_join(channel="G0SECRET"),
    "invalid_types": lambda web: web.conversations_list(types="secret_channel"),
    "invalid_cursor": lambda web: web.users_list(cursor="somewhere"),
    "invalid_ts_oldest": lambda web: web.conversations_history(channel="C0OPS", oldest="yesterday"),
    "invalid_limit": lambda web: web.users_list(limit="many"),
    "invalid_arguments": lambda web: web.api_call("chat.postMessage", json={"text": "hi"}),
    "invalid_trigger_id": lambda web: web.views_open(trigger_id="1.2.3", view=modal()),
}


def modal() -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "Resolve"}, "blocks": [section("hi")]}


def with_group() -> Seed:
    """The default workspace with a private channel under its older kind of id."""
    seed = default_seed()
    group = next(channel for channel in seed.channels if channel.kind == "group")
    return seed.plus(channels=(type(group)("G0SECRET", "secret2", group.members, kind="group"),))


@pytest.mark.parametrize("code", REFUSALS)
async def test_what_slack_refuses_is_refused_with_its_code(code: str) -> None:
    async with SlackSandbox.start(seed=with_group()) as slack:
        assert await error_of(REFUSALS[code](web_client(slack))) == code
        assert slack.calls()[-1].answer is not None


async def test_tokens_are_checked(slack: SlackSandbox) -> None:
    assert await error_of(web_client(slack, token="xoxb-other").auth_test()) == "invalid_auth"
    assert await error_of(web_client(slack, token=slack.app_token).auth_test()) == "not_allowed_token_type"
    opening = web_client(slack).apps_connections_open(app_token=slack.bot_token)
    assert await error_of(opening) == "not_allowed_token_type"
    async with aiohttp.ClientSession() as http, http.post(f"{slack.api_url}auth.test") as response:
        assert await response.json() == {"ok": False, "error": "not_authed"}
    who = await web_client(slack).auth_test()
    assert (who["user_id"], who["bot_id"], who["team_id"]) == (slack.bot_user.id, "B0CHARGE", slack.workspace_id)


async def test_a_missing_scope_is_named(slack: SlackSandbox) -> None:
    slack.scopes.difference_update({"reactions:write", "groups:history"})
    web = web_client(slack)
    ts = await slack.say("bob", "#ops", "hi")
    with pytest.raises(SlackApiError, match="missing_scope") as refused:
        await web.reactions_add(channel="C0OPS", timestamp=ts, name="eyes")
    assert refused.value.response["needed"] == "reactions:write"
    assert "chat:write" in refused.value.response["provided"]
    assert await error_of(web.conversations_history(channel="C0SECRET")) == "missing_scope"
    assert (await web.conversations_history(channel="C0OPS"))["ok"]


async def test_an_email_needs_its_scope(slack: SlackSandbox) -> None:
    web = web_client(slack)
    assert (await web.users_info(user="U0BOB"))["user"]["profile"]["email"] == "bob@acme.example"
    assert (await web.users_lookupByEmail(email="bob@acme.example"))["user"]["id"] == "U0BOB"
    slack.scopes.discard("users:read.email")
    assert "email" not in (await web.users_info(user="U0BOB"))["user"]["profile"]


async def test_people_of_each_kind_can_be_told_apart(slack: SlackSandbox) -> None:
    web = web_client(slack)
    kinds = [(await web.users_info(user=user_id))["user"] for user_id in ("U0GUS", "U0XENA", "U0ZED", "U0ALICE")]
    assert [kind["is_restricted"] for kind in kinds] == [True, False, False, False]
    assert [kind.get("is_stranger", False) for kind in kinds] == [False, True, False, False]
    assert [kind["deleted"] for kind in kinds] == [False, False, True, False]
    assert kinds[1]["team_id"] == "T0OTHER"


async def test_a_private_channel_without_the_bot_does_not_exist(slack: SlackSandbox) -> None:
    slack.kick_bot("#secret")
    assert await error_of(web_client(slack).conversations_info(channel="C0SECRET")) == "channel_not_found"


async def test_only_own_messages_can_be_changed(slack: SlackSandbox) -> None:
    ts, web = await slack.say("bob", "#ops", "mine"), web_client(slack)
    assert await error_of(web.chat_update(channel="C0OPS", ts=ts, text="yours")) == "cant_update_message"
    assert await error_of(web.chat_delete(channel="C0OPS", ts=ts)) == "cant_delete_message"


async def test_an_update_keeps_what_it_does_not_name(slack: SlackSandbox) -> None:
    web = web_client(slack)
    posted = await web.chat_postMessage(channel="C0OPS", text="a", blocks=[section("block")])
    await web.chat_update(channel="C0OPS", ts=posted["ts"], text="b")
    message = slack.message("#ops", posted["ts"])
    assert (message.text, message.plain) == ("b", "block")
    await web.chat_update(channel="C0OPS", ts=posted["ts"], text="c", blocks=[])
    assert slack.message("#ops", posted["ts"]).plain == "c"


async def test_long_texts_are_cut_when_posted_and_refused_when_updated(slack: SlackSandbox) -> None:
    web = web_client(slack)
    posted = await web.chat_postMessage(channel="C0OPS", text="x" * 40_001)
    assert posted["response_metadata"]["warnings"] == ["message_truncated"]
    assert len(slack.message("#ops", posted["ts"]).text) == 40_000
    assert (await web.chat_update(channel="C0OPS", ts=posted["ts"], text="x" * 4_000))["ok"]
    assert await error_of(web.chat_update(channel="C0OPS", ts=posted["ts"], text="x" * 4_001)) == "msg_too_long"


async def test_a_reply_has_no_replies(slack: SlackSandbox) -> None:
    root = await slack.say("bob", "#ops", "root")
    reply = await slack.say("bob", "#ops", "reply", thread_ts=root)
    answering = web_client(slack).chat_postMessage(channel="C0OPS", text="hi", thread_ts=reply)
    assert await error_of(answering) == "cannot_reply_to_message"


async def test_reactions_come_once(slack: SlackSandbox) -> None:
    ts, web = await slack.say("bob", "#ops", "hi"), web_client(slack)
    mark: dict[str, Any] = {"channel": "C0OPS", "timestamp": ts, "name": "eyes"}
    await web.reactions_add(**mark)
    await slack.react("bob", "#ops", ts, "eyes")
    assert await error_of(web.reactions_add(**mark)) == "already_reacted"
    assert slack.reactions("#ops", ts) == {"eyes": ["chargehand", "bob"]}
    shown = await web.reactions_get(channel="C0OPS", timestamp=ts)
    assert shown["message"]["reactions"] == [{"name": "eyes", "users": ["U0CHARGE", "U0BOB"], "count": 2}]
    await web.reactions_remove(**mark)
    assert await error_of(web.reactions_remove(**mark)) == "no_reaction"
    assert slack.reactions("#ops", ts) == {"eyes": ["bob"]}


async def test_metadata_is_complete_only_when_asked_for(slack: SlackSandbox) -> None:
    web, key = web_client(slack), {"event_type": "chargehand", "event_payload": {"key": "k1"}}
    root = await slack.say("bob", "#ops", "root")
    await web.chat_postMessage(channel="C0OPS", text="hi", thread_ts=root, metadata=key)
    bare = await web.conversations_replies(channel="C0OPS", ts=root)
    assert bare["messages"][1]["metadata"] == {"event_type": "chargehand"}
    full = await web.conversations_replies(channel="C0OPS", ts=root, include_all_metadata=True)
    assert full["messages"][1]["metadata"] == key
    assert full["messages"][0]["reply_count"] == 1


async def test_history_is_newest_first_in_pages_without_replies(slack: SlackSandbox) -> None:
    web = web_client(slack)
    stamps = [await slack.say("bob", "#ops", f"{number}") for number in range(5)]
    await slack.say("bob", "#ops", "reply", thread_ts=stamps[0])
    seen, cursor = [], ""
    while True:
        page = await web.conversations_history(channel="C0OPS", limit=2, cursor=cursor or None)
        seen += [message["text"] for message in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == ["4", "3", "2", "1", "0"]
    between = await web.conversations_history(channel="C0OPS", oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [message["text"] for message in between["messages"]] == ["3", "2", "1"]


async def test_channels_and_people_come_in_pages() -> None:
    seed = default_seed().plus(users=crowd(50), channels=many_channels(100))
    async with SlackSandbox.start(seed=seed) as slack:
        web, names = web_client(slack), []
        async for page in await web.conversations_list(types="public_channel,private_channel", limit=40):
            names += [channel["name"] for channel in page["channels"]]
        assert {"ops", "secret", "random", "c1", "c100"} <= set(names)
        mine = await web.users_conversations(exclude_archived=True, limit=1000)
        assert {"random", "old-ops"}.isdisjoint(channel["name"] for channel in mine["channels"])
        everyone = {member["id"] for member in (await web.users_list())["members"]}
        members = set((await web.conversations_members(channel="C0C7"))["members"])
        assert everyone - members == {"U0GUS", "U0XENA", "U0ZED"}


async def test_a_dm_opens_by_itself_or_on_request(slack: SlackSandbox) -> None:
    web = web_client(slack)
    opened = await web.conversations_open(users="U0BOB")
    posted = await web.chat_postMessage(channel="U0BOB", text="psst")
    assert posted["channel"] == opened["channel"]["id"]
    slack.close_dm("bob")
    await web.chat_postMessage(channel=posted["channel"], text="again")
    assert [message.plain for message in slack.dms("bob")] == ["psst", "again"]
    slack.deactivate("bob")
    assert await error_of(web.conversations_open(users="U0BOB")) == "user_disabled"


async def test_joining_makes_a_channel_writable(slack: SlackSandbox) -> None:
    web = web_client(slack)
    await web.conversations_join(channel="C0RANDOM")
    await web.chat_postMessage(channel="C0RANDOM", text="hello")
    assert (await web.conversations_join(channel="C0RANDOM"))["warning"] == "already_in_channel"
    assert (await web.conversations_info(channel="C0RANDOM", include_num_members=True))["channel"]["is_member"]


async def test_permalinks_name_channel_message_and_thread(slack: SlackSandbox) -> None:
    root = await slack.say("bob", "#ops", "root")
    reply = await slack.say("bob", "#ops", "reply", thread_ts=root)
    web = web_client(slack)
    link = (await web.chat_getPermalink(channel="C0OPS", message_ts=root))["permalink"]
    assert link == f"{slack.url}/archives/C0OPS/p{root.replace('.', '')}"
    assert f"thread_ts={root}" in (await web.chat_getPermalink(channel="C0OPS", message_ts=reply))["permalink"]


async def test_the_rate_of_posts_is_limited_when_wanted(slack: SlackSandbox, clock: Clock) -> None:
    web = web_client(slack)
    slack.enforce_rate = True
    await web.chat_postMessage(channel="C0OPS", text="one")
    with pytest.raises(SlackApiError, match="ratelimited") as refused:
        await web.chat_postMessage(channel="C0OPS", text="two")
    assert refused.value.response.headers["Retry-After"] == "1"
    await web.chat_postMessage(channel="C0PAYMENTS", text="elsewhere")
    clock.advance(1.0)
    await web.chat_postMessage(channel="C0OPS", text="three")
    assert [message.plain for message in slack.messages("#ops")] == ["one", "three"]


async def test_groups_and_workspace_can_be_asked_for(slack: SlackSandbox) -> None:
    web = web_client(slack)
    groups = (await web.usergroups_list(include_users=True))["usergroups"]
    assert [(group["handle"], group["users"]) for group in groups] == [("oncall", ["U0DAVE", "U0ERIN"])]
    assert (await web.team_info())["team"]["name"] == "Acme"
    assert (await web.bots_info(bot="B0CHARGE"))["bot"]["app_id"] == "A0CHARGE"
    assert await error_of(web.api_test(error="my_error")) == "my_error"
