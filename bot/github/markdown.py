"""What Chargehand says, as GitHub shows it: bold, links and lists stay, and nobody is called by a name in it.

For answers to commands that are written there; what can only be pressed in Slack is left out.
"""

import re

from bot.messages import Message

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_TOKEN = re.compile(r"<([^<>\n]+)>|[\[\]]")
_BRACKET = re.compile(r"[\[\]]")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])")
_CALL = re.compile(r"(?<![\w`/])@([\w.-]*\w)")
_BULLET = re.compile(r"^• ", re.MULTILINE)


def in_markdown(message: Message) -> str:
    """A message as the text of a comment, with an empty line between its parts."""
    head = message.title or message.text
    facts = "\n".join(f"- **{fact.name}**: {_marked(fact.value)}" for fact in message.facts)
    parts = (_marked(head), _marked(message.body), facts, *map(_marked, message.notes))
    return "\n\n".join(part for part in parts if part)


def _marked(text: str) -> str:
    """Slack's marks as Markdown's; code stays as it is, and so do &lt; and &amp;, without which text became HTML."""
    pieces = _CODE.split(text)
    return "".join(piece if piece.startswith("`") else _plain_marked(piece) for piece in pieces)


def _plain_marked(text: str) -> str:
    text = _CALL.sub(r"`@\1`", _TOKEN.sub(_read, text))
    return _BULLET.sub("- ", _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", text)))


def _read(token: re.Match[str]) -> str:
    """A link with its label; of a person, a channel or a moment the words that stand for it.

    A bracket is words that we quote, of a title for example: no link or picture of others begins with it.
    """
    if token[1] is None:
        return f"\\{token.group()}"
    target, _, label = token[1].partition("|")
    label = _BRACKET.sub(r"\\\g<0>", label)
    if target.startswith("!"):
        return label or f"@{target[1:].split('^')[0]}"
    if target.startswith(("@", "#")):
        return f"{target[0]}{label or target[1:]}"
    return f"[{label}]({target})" if label else token[0]
