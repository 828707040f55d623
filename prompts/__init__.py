"""The words said to people and models: templates beside this file, rendered with every value named."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

# What could open or close one of the templates' own <blocks>, look-alikes of the bracket included; "a < b" stays.
TAG_START = re.compile(r"[<＜﹤](?=\s*[/|!?]|[a-z])", re.IGNORECASE)


def as_data(text: str) -> str:
    """Text that cannot leave the block a template puts it in, whatever it holds: each bracket of a tag becomes ‹."""
    return TAG_START.sub("‹", text)


def render(name: str, **values: object) -> str:
    """The template `name`.md.j2 with these values.

    Raises:
        jinja2.UndefinedError: the template needs a value that was not given.
    """
    return _environment.get_template(f"{name}.md.j2").render(**values).strip()


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - the output is Markdown; a page in HTML has its own environment in handlers/web
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["data"] = as_data
