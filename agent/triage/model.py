"""A report judged by a language model: the report is data to it, and its answer counts only if every field is valid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agent.triage.schema import Answer, Report, TeamProfile
from bot.llm.port import Ask, WrongAnswerError, user
from bot.redact import redact
from prompts import render

if TYPE_CHECKING:
    from bot.llm.chain import Chain

AGAIN = "Answer again with exactly one JSON object that fits the schema, and nothing else."
REPORT_CHARACTERS = 12_000  # about 4,000 tokens; what is wrong is said before that, a pasted log goes on after it
FENCE = re.compile(r"```(?:json)?\s*\n(.*)\n\s*```", re.DOTALL | re.IGNORECASE)
# Slack reads <!channel>, <@U1>, <#C1> and <https://…|words>.
SLACK_TOKEN = re.compile(r"<(?=[!@#]|[a-z]+:)", re.IGNORECASE)
TEXT_FIELDS = ("title", "summary", "component", "reasoning")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A reading, and the id of the model whose it is."""

    triage: Answer
    model: str


async def triage(
    report: Report,
    teams: Sequence[TeamProfile],
    *,
    model: "Chain",
    deadline: float,
    max_tokens: int = 1024,
    is_private: bool = False,
    person_id: int | None = None,
) -> Judged:
    """The model's reading of a report; a wrong answer is asked again once, of the larger model, with what was wrong.

    Args:
        deadline: seconds for everything, the second question included.
        is_private: it was said where not everybody reads.
        person_id: whose report it is.

    Raises:
        ModelError: there is no usable answer; the text says why and fits the card.
    """
    ask = question(report, teams, max_tokens=max_tokens)
    answer = await model.ask(replace(ask, deadline=deadline, is_private=is_private, person_id=person_id))
    assert isinstance(answer.parsed, Answer)  # as `read` of the question makes it
    return Judged(triage=answer.parsed, model=answer.model)


def question(report: Report, teams: Sequence[TeamProfile], *, max_tokens: int) -> Ask:
    """What is sent: nothing but the report and the teams, without secrets and without invisible characters."""
    prompt = render("triage", report=_shareable_report(report), teams=[_shareable_team(team) for team in teams])
    names = [team.name for team in teams]
    return Ask(
        role="small",
        again="main",
        purpose="triage",
        system=render("triage_system"),
        messages=(user(prompt),),
        schema=answer_schema(names),
        read=lambda text: read_answer(text, names),
        max_tokens=max_tokens,
        is_deterministic=True,
    )


def answer_schema(team_names: Sequence[str]) -> dict[str, object]:
    """An answer as a JSON schema in which every key is required and `team` is one of these or null."""
    schema = Answer.model_json_schema()
    fields = {name: {**field} for name, field in schema.pop("properties").items()}
    for field in fields.values():
        field.pop("default", None)
    fields["team"] = {"enum": [*team_names, None]}
    return {**schema, "properties": fields, "required": list(fields)}


def read_answer(text: str, team_names: Sequence[str]) -> Answer:
    """The one JSON object of an answer, every field checked and its texts made plain.

    Raises:
        WrongAnswerError: what to tell the model.
    """
    fenced = FENCE.fullmatch(text.strip())
    try:
        read = Answer.model_validate_json(fenced.group(1) if fenced else text)
        plain = _plain_texts(read)
    except ValidationError as error:
        raise WrongAnswerError(_complaint(error)) from None
    if plain.team is not None and plain.team not in team_names:
        known = ", ".join(f'"{name}"' for name in team_names)
        raise WrongAnswerError(
            f"That answer was refused.\n- team: must be {known + ' or ' if known else ''}null\n{AGAIN}"
        )
    return plain


def _complaint(error: ValidationError) -> str:
    # Without the input: what was sent once need not be sent again.
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [f"- {'.'.join(map(str, item['loc'])) or 'answer'}: {item['msg']}" for item in problems[:12]]
    return "\n".join(["That answer was refused.", *lines, AGAIN])


def _plain_texts(read: Answer) -> Answer:
    fields = read.model_dump()
    texts = {name: _plain(fields[name]) for name in TEXT_FIELDS if fields[name]}
    return Answer.model_validate(fields | texts | {"tags": [_plain(tag) for tag in read.tags]})


def _plain(text: str) -> str:
    return SLACK_TOKEN.sub("‹", " ".join(visible(text).split()))


def visible(text: str) -> str:
    """Text without control, bidirectional, zero-width and other unprintable characters; line ends stay."""
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    return " " if character.isspace() else ""


def _shareable(text: str) -> str:
    # Invisible characters first, since one of them inside a secret would hide it; the cut last, since half a secret
    # is not recognised as one.
    return redact(visible(text))


def _shareable_report(report: Report) -> Report:
    return Report(text=_cut(_shareable(report.text)), context=_cut(_shareable(report.context)))


def _shareable_team(team: TeamProfile) -> TeamProfile:
    return replace(team, description=_shareable(team.description))


def _cut(text: str) -> str:
    more = len(text) - REPORT_CHARACTERS
    return text if more <= 0 else f"{text[:REPORT_CHARACTERS]}\n[{more:,} more characters]"
