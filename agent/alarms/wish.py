"""What a line asks to be reminded of: whom, of what and when, with the time at the front or at the end."""

import re
from dataclasses import dataclass

from agent.calendar.spoken.read import Found, checked, is_telling, partly, read_end, read_first, read_last
from agent.commands.reading import LINK, THIS
from agent.commands.slots import SOMEONE

ME, HERE = "me", "here"
_ME, _HERE = "me|myself|mich", "here|hier|us|uns"
_ROOM = r"<#(?P<room>[CG][A-Z0-9]+)(?:\|[^>]*)?>"
_SLACK_ID = re.compile(r"[UW][A-Z0-9]+")
_WHO = re.compile(rf"(?:(?P<me>{_ME})\b|(?P<here>{_HERE})\b|{SOMEONE}|{_ROOM})[,:]?\s*", re.IGNORECASE)
_THIS = r"(?P<this>this|that|dies|das|diese[nsm]?|daran)"
_ABOUT = re.compile(rf"(?:{_THIS}\b|(?P<ticket>ch-?\d{{1,9}})\b|{LINK})[,:]?\s*", re.IGNORECASE)
_OF_THIS = re.compile(rf"(?:about|of|an|über|wegen)\s+{_THIS}(?=\s)", re.IGNORECASE)
_THIS_THERE = re.compile(rf"{_THIS}\s+{LINK}", re.IGNORECASE)
_LINKS = re.compile(
    r"(?:to|that|about|of|an|daran,?(?:\s+dass)?|dass|zu|über|wegen)\b[,:]?\s*|[,:–-]\s*", re.IGNORECASE
)
_BY = re.compile(r"by\s+", re.IGNORECASE)
_BY_AT_END = re.compile(  # "to send it by friday", but not "to stand by tomorrow"
    r"(?:^|(?<!\bstop)(?<!\bdrop)(?<!\bcome)(?<!\bpass)(?<!\bswing)(?<!\bstand)(?<!\bgo)\s)by$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`person` is a Slack id or name, `room` a channel's id; `about` is `this`, a ticket's name or a link.

    `where` is a link to the message that `this` was said in, when a button says it again somewhere else.
    """

    who: str = ME
    person: str = ""
    room: str = ""
    about: str = ""
    where: str = ""
    text: str = ""
    when: Found | None = None

    def again(self, text: str, *, where: str | None) -> str:
        """The same without its time, as a button says it.

        Args:
            where: a link to the message that says it now.
        """
        whom = self.who
        if self.person:
            whom = f"<@{self.person}>" if _SLACK_ID.fullmatch(self.person) else f"@{self.person}"
        if self.room:
            whom = f"<#{self.room}>"
        about = f"about {self.about}" if self.about else "to"
        if self.about == THIS and (said_in := self.where or where):
            about = f"{about} {said_in}"
        return " ".join(filter(None, (whom, about, text)))


def read_wish(line: str) -> Wish:
    """Whom, what and when of the words behind the verb."""
    found = _WHO.match(line)
    rest = line[found.end() :] if found else line
    said = found.groupdict() if found else {}
    when, text = _split(rest)
    if not text.strip() and (of_this := _OF_THIS.match(rest)):  # "about this Friday at 10": of this, and on Friday
        when, text = _split(f"{rest[: of_this.end()]},{rest[of_this.end() :]}")
    there = _THIS_THERE.fullmatch(text.strip())
    about, text = (THIS, "") if there else _about(text)
    return Wish(
        who=HERE if said.get("here") else ME,
        person=_person(found) if found and not (said["me"] or said["here"] or said["room"]) else "",
        room=said.get("room") or "",
        about=about,
        where=there["link"] if there else "",
        text=text,
        when=when,
    )


def rooms(line: str, *, here: str) -> tuple[str, ...]:
    """The channels that a line names as a target; what `here` stands for, if it says so."""
    found = _WHO.match(line)
    if found is None:
        return ()
    return tuple(filter(None, (found["room"], here if found["here"] else "")))


def _person(found: re.Match[str]) -> str:
    return next((group for group in found.groups()[2:4] if group), "").rstrip(",:")


def _split(rest: str) -> tuple[Found | None, str]:
    """When it is, and the words that are not about that: a time is what stands first or last, the rest is text.

    A time in a line of its own leaves all below it alone.

    Raises:
        Wrong: what stands there looks like a time, and is none.
    """
    line, _, below = rest.partition("\n")
    if below and (alone := read_first(line)) and not alone.after:
        return checked(alone._replace(after=below)), below
    words = _unlinked(rest)
    front = read_first(words) or read_first(_BY.sub("", words, count=1))
    if front and (not front.after or _LINKS.match(front.after)):
        both = read_end(front._replace(after=_unlinked(front.after)))
        return both, both.after
    if front and is_telling(front) and (both := read_end(front)).words != front.words:
        return both, both.after
    if back := read_last(words):
        if front and is_telling(front):
            raise partly(words)
        return back, _BY_AT_END.sub("", back.before)
    if front:
        return checked(front), front.after
    return None, words


def _unlinked(words: str) -> str:
    """Without the word that leads to what it is about."""
    return _LINKS.sub("", words, count=1) if _LINKS.match(words) else words


def _about(text: str) -> tuple[str, str]:
    """The ticket, the link or `this` that the words begin with, and the rest."""
    found = _ABOUT.match(text)
    if found is None:
        return "", text.strip()
    if found["this"] and text[found.end() :].strip():
        return "", text.strip()  # "that the report is due"
    named = f"CH-{int(re.sub(r'[^0-9]', '', found['ticket']))}" if found["ticket"] else found["link"] or THIS
    return named, text[found.end() :].strip()
