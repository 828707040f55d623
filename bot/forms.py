"""What Chargehand asks by a form, before Slack's blocks: fields with a label, and what stands in them at first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.messages import Option

TITLE = 24  # characters of a form's title and of its buttons, Slack's limit
Kind = Literal["line", "text", "choice", "person", "people", "channel", "date", "time"]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question. `initial` is what stands there at first; several people have spaces between their ids."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    initial: str = ""
    options: tuple[Option, ...] = ()
    is_optional: bool = False
    longest: int = 3000


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form. `about` comes back with what was filled in: ids and a version, nothing more; `notes` are mrkdwn,
    and so are `texts`, of any length.

    One without `submit` only says something.
    """

    verb: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    about: Mapping[str, str | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
