"""What a story may say, and where a file that is none goes wrong.

A step has one verb and says `as` whom, and `in` which channel or repository; `in: dm` is that person's direct messages
with the bot, `in: private` what only that person sees. A step can be called a name (`call`), so that later ones happen
`under` it (in its thread) or `to` it. It `starts` on the next working morning or, as in `Fri 17:50`, when it says;
`clock` lets time pass (`+1h`, `Mon 09:00`), and what is due comes on the way.
`shortcut` is one of a message's (`to`), `submit` fills in the form that is open, `home` opens the Home tab and says
what must stand there.
`pull` opens a pull request; with a `log` its workflow fails, and a job of it has that log.
`sent` lists what people were told by the clock, each with its reason. A story may name the script of a stand-in for a
model (`llm`); a step that `needs` a model, or none, is left out otherwise. `beside` presses the same at the same time;
`silent: model` waits until the stand-in was asked something that it does not answer.
"""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.errors import UserError

PERSONAL = (
    *("say", "dm", "command", "click", "select", "shortcut", "submit", "react", "home"),
    *("open", "pull", "comment", "close", "reopen"),
)
NOBODYS = (
    "clock",
    "expect",
    "reacted",
    "redeliver",
    "answered",
    "tracked",
    "kill",
    "restart",
    "lost",
    "sent",
    "silent",
)
NAMES = (*PERSONAL, *NOBODYS)


class Step(BaseModel):
    """One line of a story; exactly one of the verbs is set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: str = Field(default="", alias="as")
    where: str = Field(default="#ops", alias="in")
    under: str | None = None
    to: str | None = None
    call: str | None = None
    needs: Literal["model", "no model"] | None = None

    say: str | None = None
    dm: str | None = None
    command: str | None = None
    click: str | None = None
    beside: str = ""
    select: str | None = None
    menu: str = ""
    shortcut: str | None = None
    submit: dict[str, str | list[str]] | None = None
    home: str | list[str] | None = None
    react: str | None = None
    expect: str | list[str] | None = None
    reacted: str | None = None

    open: str | None = None
    body: str | None = None
    pull: str | None = None
    log: str | None = None
    comment: str | None = None
    close: str | None = None
    reopen: str | None = None
    redeliver: str | None = None
    answered: int | list[int | str] | None = None
    tracked: str | None = None

    clock: str | None = None
    kill: Literal["bot"] | None = None
    restart: Literal["bot"] | None = None
    lost: Literal["nothing"] | None = None
    sent: Literal["everything"] | None = None
    silent: Literal["model"] | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> "Step":
        if len(self.model_fields_set & set(NAMES)) != 1:
            raise ValueError(f"has one of {', '.join(NAMES)}")
        if not self.who and self.verb in PERSONAL:
            raise ValueError("says `as` whom")
        return self

    def is_played(self, *, has_model: bool) -> bool:
        """Whether it happens where there is a model, or is none."""
        return self.needs is None or (self.needs == "model") is has_model

    @property
    def verb(self) -> str:
        """Which verb it has."""
        return next(iter(self.model_fields_set & set(NAMES)))


class Story(BaseModel):
    """What happens, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    starts: str = "next morning"
    llm: str = ""  # the script of a stand-in for a model, from the folder of the story
    steps: list[Step]


def read_story(path: Path) -> Story:
    """Read a story.

    Raises:
        UserError: the file is missing, no YAML or no story; the text says where.
    """
    try:
        return Story.model_validate(yaml.safe_load(path.read_text()))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. Stories are in stories/.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f", step {part + 1}" if isinstance(part, int) else f", {part}" for part in first["loc"])
        raise UserError(f"{path}{where.replace(', steps', '')}: {first['msg'].removeprefix('Value error, ')}") from None
