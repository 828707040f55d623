"""What may stand in a field of a form at first, as strict as Slack."""

import re
from collections.abc import Iterator

from bot.sandbox.slack.message import Payload

MOST = 3000  # characters of a text field
_USER = re.compile(r"[UW][A-Z0-9]+")
# Element -> where it says what stands there at first, and how that is written.
FORMS = {
    "datepicker": ("initial_date", re.compile(r"\d{4}-\d\d-\d\d")),
    "timepicker": ("initial_time", re.compile(r"([01]\d|2[0-3]):[0-5]\d")),
    "users_select": ("initial_user", _USER),
    "multi_users_select": ("initial_users", _USER),
    "conversations_select": ("initial_conversation", re.compile(r"[CDG][A-Z0-9]+")),
}


def initial_problems(element: Payload, at: str) -> Iterator[str]:
    """Why Slack would refuse this element for what it begins with."""
    if element["type"] == "plain_text_input":
        yield from _text(element, at)
    elif element["type"] in FORMS:
        name, form = FORMS[element["type"]]
        given = element.get(name, [])
        for value in given if isinstance(given, list) else [given]:
            if not isinstance(value, str) or not form.fullmatch(value):
                yield f"must be a valid {name} [json-pointer:{at}/{name}]"


def _text(element: Payload, at: str) -> Iterator[str]:
    if not 1 <= element.get("max_length", MOST) <= MOST:
        yield f"must be between 1 and {MOST} [json-pointer:{at}/max_length]"
    elif len(element.get("initial_value", "")) > element.get("max_length", MOST):
        yield f"must be no longer than max_length [json-pointer:{at}/initial_value]"
