"""How people say the values that a field may have: `critical` is also p0 and kritisch, as the commands know it."""

from agent.commands.fields import CHOICES
from agent.commands.vocabulary import PRIORITY_WORDS, STATUS_WORDS

_KNOWN: dict[str, set[str]] = {}
for _word, _value in (*PRIORITY_WORDS.items(), *STATUS_WORDS.items()):
    _KNOWN.setdefault(_value, set()).add(_word)
for _values in CHOICES.values():
    for _value in _values:
        _KNOWN.setdefault(_value, set()).add(_value.replace("_", " "))


def ways_to_say(value: str) -> frozenset[str]:
    """The value itself and the words for it."""
    return frozenset({value, *_KNOWN.get(value.replace(" ", "_"), ())})
