"""A script file: rules in YAML or TOML, read with the line of whoever wrote it in mind when something is wrong."""

import tomllib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from bot.errors import UserError
from bot.sandbox.llm.rules import Rule

MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Script:
    """What a stand-in is told at its start.

    Attributes:
        key: the only API key that is let in; None lets in any.
        counts: whether tokens are counted when asked for, as the Messages API does and others do not.
        defaults: whether triage, plain words and the check of capabilities are answered when no rule fits.
    """

    title: str = ""
    rules: tuple[Rule, ...] = ()
    key: str | None = None
    models: tuple[str, ...] = MODELS
    counts: bool = True
    defaults: bool = True


def read_script(path: Path) -> Script:
    """Read a script; a name that ends in .toml is TOML, any other YAML.

    Raises:
        UserError: the file is missing, unreadable or no script; the text says where.
    """
    try:
        return TypeAdapter(Script).validate_python(_parsed(path) or {})
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. docs/sandbox_llm.md shows a script.") from None
    except (yaml.YAMLError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        kind = "TOML" if path.suffix == ".toml" else "YAML"
        raise UserError(f"{path} is not {kind}: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f", {_place(part)}" for part in first["loc"])
        raise UserError(f"{path}{where}: {first['msg'].removeprefix('Value error, ')}") from None


def _parsed(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)


def _place(part: int | str) -> str:
    return f"number {part + 1}" if isinstance(part, int) else part
