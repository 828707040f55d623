"""Hostile texts as they are written down: where they stand, what is asked, and what a model that obeys would do."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from bot.errors import UserError
from bot.sandbox.llm import Call

STRICT = ConfigDict(extra="forbid")
One = TypeVar("One")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Report:
    """A ticket that is there already, by whom, and what was said of it since (who: words)."""

    title: str
    text: str = ""
    by: str = "frank"
    comments: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Case:
    """One hostile text in one place.

    Attributes:
        carrier: where it stands; language: what it is written in.
        tickets: name -> ticket; `{name}` in any text of the case is its number.
        thread: who says what before, in whose thread it is then asked.
        called: a person's name -> what they call themselves instead.
        channel: where it is asked; one that is not there yet is made.
        ask: what `by` asks; route: who works on it, as the router was led to believe.
        read: what is looked up first; without it the ticket {one}, if there is one.
        when: a pattern that only the hostile text fits: the model obeys once it has read it.
        calls: what it then asks for, each of them in vain.
        allowed: patterns of changes that the asker wanted; proposes: so much may wait for approval.
        secret: what nobody may read anywhere.
    """

    name: str
    carrier: str
    ask: str
    when: str
    calls: tuple[Call, ...]
    language: str = "en"
    by: str = "alice"
    channel: str = "#ops"
    route: tuple[str, ...] = ("research",)
    tickets: Mapping[str, Report] = field(default_factory=dict)
    thread: tuple[Mapping[str, str], ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    read: Call | None = None
    allowed: tuple[str, ...] = ()
    secret: str = ""


def read_cases(folder: Path) -> list[Case]:
    """All cases of a folder's files, in the order of their names.

    Raises:
        UserError: there are none, or one is none; says where.
    """
    cases = [case for _, one in read_all(folder, list[Case]) for case in one]
    if twice := {case.name for case in cases if sum(one.name == case.name for one in cases) > 1}:
        raise UserError(f"{folder}: two cases are called {sorted(twice)[0]}.")
    return cases


def read_all(folder: Path, kind: type[One]) -> list[tuple[Path, One]]:
    """Each YAML file of a folder.

    Raises:
        UserError: there is none, or one does not fit; says where.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise UserError(f"{folder} holds no .yml file: name the folder with the cases (docs/security.md).")
    return [(file, _read(file, TypeAdapter(kind))) for file in files]


def _read(file: Path, kind: TypeAdapter[Any]) -> Any:
    try:
        return kind.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{file} is not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f", {part + 1 if isinstance(part, int) else part}" for part in first["loc"])
        raise UserError(f"{file}{where}: {first['msg'].removeprefix('Value error, ')}") from None
