"""The words said to people and models: templates beside this file, rendered with every value named."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from prompts.blocks import as_data

HERE = Path(__file__).parent
SUFFIX = ".md.j2"
HASH_DIGITS = 12
# What stands above each template and is never sent: a comment of Jinja's.
INCLUDED = re.compile(r'\{% include "(\w+)\.md\.j2" %\}')
HEADER = re.compile(r"\A\{#\nname: (?P<name>\w+)\nversion: (?P<version>[1-9]\d*)\npurpose: (?P<purpose>\S.*)\n#\}\n")


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A template as it is now.

    Attributes:
        version: is counted up by hand when what is asked for changes.
        purpose: what it is for, in one line.
        hash: 12 hex digits of what is sent, with what is included and without the header: another text has another one,
            whatever its version.
        text: the template without its header.
    """

    name: str
    version: int
    purpose: str
    hash: str
    text: str

    @property
    def mark(self) -> str:
        """What is stored with a call: `router@3f2a… v3`."""
        return self.mark_of(self.name)

    def mark_of(self, purpose: str) -> str:
        """The same for what the template is used for, in one word: `research@3f2a… v1`."""
        return f"{purpose}@{self.hash} v{self.version}"


def names() -> list[str]:
    """Every template there is."""
    return sorted(path.name.removesuffix(SUFFIX) for path in HERE.glob(f"*{SUFFIX}"))


@cache
def about(name: str) -> Prompt:
    """The header of a template, and its text.

    Raises:
        LookupError: there is no such template; ValueError: its header is not as it should be. Both say what to do.
    """
    if name not in names():
        raise LookupError(f"There is no prompt {name!r}; there are: {', '.join(names())}.")
    source = (HERE / f"{name}{SUFFIX}").read_text("utf-8")
    header = HEADER.match(source)
    if header is None or header["name"] != name:
        raise ValueError(f"{name}{SUFFIX} has to begin with a comment that says `name: {name}`, version and purpose.")
    text = source[header.end() :]
    whole = INCLUDED.sub(lambda part: about(part[1]).hash, text)
    mark = hashlib.sha256(whole.encode()).hexdigest()[:HASH_DIGITS]
    return Prompt(name=name, version=int(header["version"]), purpose=header["purpose"], hash=mark, text=text)


def example(name: str) -> dict[str, Any]:
    """Values with which a template can be rendered to look at it: examples/NAME.toml."""
    return tomllib.loads((HERE / "examples" / f"{about(name).name}.toml").read_text("utf-8"))


def render(name: str, **values: object) -> str:
    """The template `name`.md.j2 with these values.

    Raises:
        jinja2.UndefinedError: the template needs a value that was not given.
    """
    return _environment.get_template(f"{name}{SUFFIX}").render(**values).strip()


_environment = Environment(
    loader=FileSystemLoader(HERE),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - the output is Markdown; a page in HTML has its own environment in handlers/web
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["data"] = as_data
