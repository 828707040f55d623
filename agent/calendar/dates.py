"""A date as people write it for the record, 2026-12-24; whatever else is refused with an example."""

import re
from contextlib import suppress
from datetime import date

from bot.errors import UserError
from prompts.words import say


def read_date(text: str) -> date:
    """The date of these words.

    Raises:
        UserError: there is no such day, or it is written in another way.
    """
    with suppress(ValueError):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    raise UserError(say("“{text}” is no date: write year, month and day as in 2026-12-24.", text=text[:40]))
