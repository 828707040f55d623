"""A submitted form: what stands in its fields, and the hidden part, which is Slack's word for what we gave it."""

import json
from typing import Any

from bot.events import SlackForm
from storage.columns import storable

Payload = dict[str, Any]

# Under these names Slack reports what stands in an element of a form.
CHOSEN = ("value", "selected_user", "selected_users", "selected_conversation", "selected_date", "selected_time")


def parse_form(body: Payload) -> SlackForm:
    """What was filled in, and what came along with the form."""
    view = body["view"]
    about = _object(view.get("private_metadata"))
    return SlackForm(
        user_id=str(body["user"]["id"]),
        action=str(view["callback_id"]),
        value=str(about.get("value", "")),
        channel_id=str(about.get("channel_id", "")),
        thread_ts=about.get("thread_ts"),
        trigger_id=about.get("trigger_id"),
        at_first=_object(about.get("at_first")),
        fields={
            block_id: _field(element)
            for block_id, elements in view["state"]["values"].items()
            for element in elements.values()
        },
    )


def _object(text: Any) -> Payload:
    """What stands in hidden text; nothing where that is no object, since whoever sends it may have written it."""
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _field(element: Payload) -> str:
    given = next((element[name] for name in CHOSEN if element.get(name)), None)
    value = given if given is not None else (element.get("selected_option") or {}).get("value")
    return storable(" ".join(value) if isinstance(value, list) else str(value or "")).strip()
