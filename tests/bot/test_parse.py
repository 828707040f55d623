"""Slack's payloads become what a person did; what no person did becomes nothing."""

from typing import Any

import pytest

from bot.events import SlackCommand, SlackDelete, SlackEdit, SlackForm, SlackMessage, SlackPerson, SlackPress
from bot.shortcuts import SlackShortcut
from bot.slack.parse import Incoming, parse, strip_mention

ME = "U0BOT"


def event(**fields: Any) -> Incoming:
    """An event envelope about a message in #ops."""
    given = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.1", "text": f"<@{ME}> hi"} | fields
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": given}
    return parse(body, bot_user_id=ME)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"<@{ME}> redis", "redis"),
        (f"<@{ME}|chargehand>: redis", "redis"),
        (f"hey <@{ME}>, redis", "hey redis"),
        (f"<@{ME}> ask <@U2> and <@{ME}>", f"ask <@U2> and <@{ME}>"),
        (f"redis\n<@{ME}>\n```code```", "redis\n```code```"),
        ("<@U0BOTTLE> redis", "<@U0BOTTLE> redis"),
        (f"<@{ME}>", ""),
    ],
)
def test_the_first_mention_is_taken_out(text: str, left: str) -> None:
    assert strip_mention(text, ME) == left


def test_a_mention_and_its_twin_event_claim_the_same_thing() -> None:
    message, mention = event(), event(type="app_mention")
    assert message.event == mention.event
    assert message.event == SlackMessage(
        channel_id="C1", user_id="U1", ts="1.1", thread_ts=None, text="hi", is_dm=False, mentions_bot=True
    )
    assert message.claim == mention.claim
    assert (message.order, message.dedupe_key, message.workspace_id) == ("thread:C1:1.1", "Ev1", "T1")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "no mention"},
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"user": ME},
        {"user": None},
        {"hidden": True},
        {"type": "reaction_added"},
        {"type": "brand_new_event"},
    ],
)
def test_what_is_not_for_us_is_kept_without_an_event(fields: dict[str, Any]) -> None:
    incoming = event(**fields)
    assert (incoming.event, incoming.claim, incoming.dedupe_key) == (None, None, "Ev1")


@pytest.mark.parametrize("fields", [{"subtype": "file_share"}, {"subtype": "thread_broadcast", "thread_ts": "0.9"}])
def test_files_and_broadcast_replies_are_spoken(fields: dict[str, Any]) -> None:
    assert isinstance(event(**fields).event, SlackMessage)


def test_direct_messages_need_no_mention() -> None:
    said = event(channel="D1", channel_type="im", text="redis is down").event
    assert isinstance(said, SlackMessage)
    assert (said.is_dm, said.mentions_bot, said.text) == (True, False, "redis is down")


def changed(message: dict[str, Any], before: dict[str, Any]) -> Incoming:
    shared = {"user": "U1", "ts": "1.1"}
    return event(subtype="message_changed", message=shared | message, previous_message=shared | before)


def test_an_edit_is_one_by_its_author_that_changed_the_words() -> None:
    edited = {"edited": {"user": "U1", "ts": "2.2"}}
    assert changed({"text": "b"} | edited, {"text": "a"}).event == SlackEdit(
        channel_id="C1", user_id="U1", ts="1.1", text="b", edited_ts="2.2"
    )
    assert changed({"text": "a", "attachments": [{}]} | edited, {"text": "a"}).event is None
    assert changed({"text": "b"}, {"text": "a"}).event is None
    assert changed({"text": "b", "bot_id": "B1"} | edited, {"text": "a"}).event is None
    assert changed({"text": "b", "edited": {"user": "U2", "ts": "2.2"}}, {"text": "a"}).event is None


def test_a_deletion_is_seen_with_and_without_replies() -> None:
    gone = event(subtype="message_deleted", deleted_ts="1.1", previous_message={"ts": "1.1", "user": "U1"})
    tombstone = changed({"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}, {})
    assert gone.event == tombstone.event == SlackDelete(channel_id="C1", user_id="U1", ts="1.1")
    assert gone.claim == tombstone.claim


def test_a_profile_change_names_the_person() -> None:
    assert event(type="user_change", user={"id": "U7"}).event == SlackPerson(user_id="U7")


def test_a_command() -> None:
    body = {"command": "/chargehand", "text": " list ", "user_id": "U1", "channel_id": "C1", "trigger_id": "t1"}
    incoming = parse(body | {"team_id": "T1", "response_url": "https://r", "enterprise_id": "E1"}, bot_user_id=ME)
    assert incoming.event == SlackCommand(channel_id="C1", user_id="U1", text="list", reply_url="https://r")
    assert (incoming.dedupe_key, incoming.order, incoming.enterprise_id) == ("t1", "user:U1", "E1")


def press(**fields: Any) -> SlackPress:
    body = {
        "type": "block_actions",
        "trigger_id": "t1",
        "user": {"id": "U1", "team_id": "T1"},
        "channel": {"id": "C1"},
        "actions": [{"action_id": "claim", "value": "CH-1", "action_ts": "3.3"}],
    }
    incoming = parse(body | fields, bot_user_id=ME)
    assert (incoming.dedupe_key, incoming.workspace_id) == ("t1:3.3", "T1")
    assert isinstance(incoming.event, SlackPress)
    return incoming.event


def test_a_press_on_a_message_knows_its_thread() -> None:
    pressed = press(message={"ts": "2.2", "thread_ts": "1.1"}, container={"message_ts": "2.2"})
    assert (pressed.action, pressed.value, pressed.message_ts, pressed.thread_ts) == ("claim", "CH-1", "2.2", "1.1")


def test_a_press_on_what_one_person_sees_has_no_message_to_answer_under() -> None:
    assert press(container={"message_ts": "2.2", "is_ephemeral": True}).message_ts == ""


def test_an_entry_of_the_overflow_menu_is_the_button_folded_away_there() -> None:
    option = {"text": {"type": "plain_text", "text": "Close…"}, "value": "form:close CH-1@2"}
    body = press(actions=[{"action_id": "more", "type": "overflow", "selected_option": option, "action_ts": "3.3"}])
    assert (body.action, body.value, body.choice) == ("form:close", "CH-1@2", None)


def test_an_option_may_open_a_form() -> None:
    option = {"text": {"type": "plain_text", "text": "Until a date…"}, "value": "CH-1@2 form:snooze"}
    body = press(actions=[{"action_id": "snooze", "selected_option": option, "action_ts": "3.3"}])
    assert (body.action, body.value, body.choice) == ("form:snooze", "CH-1@2", None)


def test_a_form_carries_its_verb_target_place_and_words() -> None:
    values = {"quick": {"quick": {"selected_option": {"value": "User error"}}}, "reason": {"reason": {"value": None}}}
    view = {
        "id": "V1",
        "hash": "h",
        "callback_id": "resolve",
        "private_metadata": '{"value": "CH-1", "channel_id": "C1", "thread_ts": "1.1"}',
        "state": {"values": values},
    }
    incoming = parse({"type": "view_submission", "user": {"id": "U1"}, "view": view}, bot_user_id=ME)
    assert incoming.dedupe_key == "V1:h"
    assert incoming.event == SlackForm(
        user_id="U1",
        action="resolve",
        value="CH-1",
        channel_id="C1",
        thread_ts="1.1",
        fields={"quick": "User error", "reason": ""},
    )


def test_a_shortcut_on_a_message_and_one_alone() -> None:
    about = {"user": {"id": "U1"}, "team": {"id": "T1"}, "trigger_id": "t1"}
    message = {"ts": "2.0", "thread_ts": "1.0", "text": "help", "user": "U2"}
    on = {"type": "message_action", "callback_id": "track", "channel": {"id": "C1"}, "message_ts": "2.0"}
    incoming = parse({**about, **on, "message": message, "response_url": "http://x"}, bot_user_id=ME)
    assert (incoming.kind, incoming.dedupe_key, incoming.order) == ("shortcut", "t1", "user:U1")
    assert incoming.event == SlackShortcut(
        name="track",
        user_id="U1",
        trigger_id="t1",
        channel_id="C1",
        message_ts="2.0",
        thread_ts="1.0",
        text="help",
        author_id="U2",
        reply_url="http://x",
    )
    by_bot = parse({**about, **on, "message": {**message, "bot_id": "B1"}}, bot_user_id=ME).event
    assert isinstance(by_bot, SlackShortcut)
    assert by_bot.author_id == ""
    alone = parse({**about, "type": "shortcut", "callback_id": "new"}, bot_user_id=ME).event
    assert alone == SlackShortcut(name="new", user_id="U1", trigger_id="t1")


def test_a_form_is_read_whatever_its_fields_are() -> None:
    values = {
        "people": {"people": {"selected_users": ["U1", "U2"]}},
        "person": {"person": {"selected_user": "U1"}},
        "date": {"date": {"selected_date": "2026-12-24"}},
        "time": {"time": {"selected_time": None}},
        "channel": {"channel": {"selected_conversation": "C1"}},
        "quick": {"quick": {"selected_option": {"value": "User error"}}},
    }
    view = {"id": "V1", "hash": "h", "callback_id": "assign", "private_metadata": "", "state": {"values": values}}
    form = parse({"type": "view_submission", "user": {"id": "U1"}, "view": view}, bot_user_id=ME).event
    assert isinstance(form, SlackForm)
    assert form.fields == {
        "people": "U1 U2",
        "person": "U1",
        "date": "2026-12-24",
        "time": "",
        "channel": "C1",
        "quick": "User error",
    }


def test_what_has_no_key_cannot_be_told_from_its_redelivery() -> None:
    assert parse({"type": "shortcut", "trigger_id": "t9"}, bot_user_id=ME).dedupe_key == "t9"
    with pytest.raises(ValueError, match="without a key"):
        parse({"type": "mystery"}, bot_user_id=ME)
