"""Which arguments of a tool call nobody said: each is looked for in the asker's own words, and in the place.

What a model, a document or another person says grounds nothing. Words are compared as they are: a letter that only
looks like another one, or an invisible one between two, makes another word.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from agent.commands.reading import TICKET_IN_TEXT
from agent.turns.grounding.on_github import Named, named_on_github
from agent.turns.grounding.said import Text, deictic, phrase_in, quoted_in
from agent.turns.grounding.synonyms import ways_to_say
from agent.turns.grounding.times import same_time
from agent.turns.hearing.vocabulary import vocabulary

Kind = Literal["ticket", "person", "repository", "number", "value", "time", "text", "gist"]
MOSTLY = 0.75  # of the words of a gist are those of whoever asked


class Argument(NamedTuple):
    """What a tool is called with: `CH-4`, a person's Slack id, `acme/shop` or, beside a number, `acme/shop#12`, `12` or
    `acme/shop#12`, a label, a priority or another value of a list, the words of a time, or free text, word for word or
    in its gist.
    """

    kind: Kind
    value: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the asker said in this turn, and where.

    Args:
        texts: the request, its edits and follow-ups by the same person, as Slack sent them.
        asker: their Slack id, which "me" means.
        people: Slack id -> names and logins of everybody who could be named.
        ticket: which the thread is about, as `CH-4`.
        numbers: what else it is about, as `acme/shop#12`.
        repository: which counts here when none is named.
        repositories: the full names of those there are.
    """

    texts: tuple[str, ...]
    asker: str = ""
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ticket: str = ""
    numbers: tuple[str, ...] = ()
    repository: str = ""
    repositories: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[Text, ...]:
        """The texts as they are compared."""
        return tuple(map(Text.of, self.texts))


def ungrounded(arguments: Mapping[str, Argument], said: Words) -> tuple[str, ...]:
    """The names of the arguments that neither the asker's words nor the place give, in their order."""
    own = said.own
    return tuple(name for name, argument in arguments.items() if not _is_grounded(argument, said, own))


def _is_grounded(argument: Argument, said: Words, own: tuple[Text, ...]) -> bool:
    value = Text.of(argument.value)
    if value.is_odd or not value.line.strip():
        return False
    return _LOOKS[argument.kind](value.line.strip(), said, own)


def _ticket(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    wanted = TICKET_IN_TEXT.fullmatch(value)
    if wanted is None:
        return False
    named = {found[1] for text in own for found in TICKET_IN_TEXT.finditer(text.line)}
    is_of_place = value == said.ticket.casefold() and (not named or deictic(own))
    return wanted[1] in named or is_of_place


def _number(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    """One with its repository is looked for as a pair; a number by itself wherever it is said."""
    repository, _, number = value.rpartition("#")
    if not number.isascii() or not number.isdigit():
        return False
    named, wanted, here = named_on_github(own, said.repositories), number.lstrip("0"), said.repository.casefold()
    if (repository, wanted) in named.pairs or (not repository and any(one == wanted for _, one in named.pairs)):
        return True
    if ("", wanted) in named.pairs and _of_bare(named, here) == {repository}:
        return True
    of_place = {one.casefold() for one in said.numbers}
    is_of_place = value in of_place or (not repository and f"{here}#{wanted}" in of_place)
    return is_of_place and (not named.pairs or deictic(own))


def _of_bare(named: Named, here: str) -> frozenset[str]:
    """The repositories that `#12` may be of: those that are named by themselves, else that of the place."""
    return named.alone or (frozenset({here}) if here else named.repositories)


def _repository(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    """One beside a number is named with it, or by itself."""
    name, _, number = value.partition("#")
    named = named_on_github(own, said.repositories).repositories
    if name in named or (name == said.repository.casefold() and not named):
        return True
    return bool(number) and _number(value, said, own)


def _person(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    if value == said.asker.casefold() and any(text.has_word(vocabulary().words("people.me")) for text in own):
        return True
    if any(text.mentions(value) for text in own):
        return True
    known = {one.casefold(): tuple(map(_line, names)) for one, names in said.people.items()}
    others = {name for one, names in known.items() if one != value for name in _calls(names)}
    return any(_is_called(name, text) for name in _calls(known.get(value, ())) if name not in others for text in own)


def _line(name: str) -> str:
    return Text.of(name).line.strip().lstrip("@")


def _calls(names: Iterable[str]) -> set[str]:
    """Each name and login, and the first name alone."""
    return {call for name in names for call in (name, name.split()[0] if name.split() else "") if len(call) > 1}


def _is_called(name: str, text: Text) -> bool:
    """ "@mark" names him, "mark it as done" does not."""
    if text.has_handle(name):
        return True
    is_common = name in vocabulary().words("orders.verbs") or name in vocabulary().words("people.common")
    return not is_common and phrase_in(name, text)


def _value(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    return any(phrase_in(way, text, undenied=True) for way in ways_to_say(value) for text in own)


def _time(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    return any(quoted_in(value, text) or same_time(value, text.line) for text in own)


def _gist(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    """Whether a text is mostly made of the asker's words, in any order."""
    words = set(Text.of(value).words)
    return bool(words) and len(words & {word for text in own for word in text.words}) >= MOSTLY * len(words)


def _text(value: str, said: Words, own: tuple[Text, ...]) -> bool:
    return any(quoted_in(value, text) for text in own)


_LOOKS: dict[Kind, Callable[[str, Words, tuple[Text, ...]], bool]] = {
    "ticket": _ticket,
    "person": _person,
    "repository": _repository,
    "number": _number,
    "value": _value,
    "time": _time,
    "text": _text,
    "gist": _gist,
}
