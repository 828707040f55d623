"""A wish to be reminded inside a message, with a time that the calendar reads, and the message without it."""

from dataclasses import dataclass
from itertools import pairwise

from agent.alarms.wish import Wish, read_wish
from agent.triage.words import Hit
from agent.turns.hearing.intent import Intent
from agent.turns.hearing.reading import Reading, Token, spelled, split
from agent.turns.hearing.vocabulary import vocabulary
from bot.errors import UserError

ME, HERE = "me", "here"
_FREE = " \t\n,;:-–—"


@dataclass(frozen=True)
class Reminder:
    """`line` is what stands behind the verb `remind`, `when` its time, and `rest` the message without it."""

    line: str
    rest: str
    when: str
    is_about_this: bool = False

    def command(self, *, names_this: bool) -> str:
        """The command line; what has no words of its own is about `this` where there is something to mean."""
        about = "about this " if self.is_about_this and names_this else ""
        target, _, what = self.line.partition(" ")
        return f"remind {target} {about}{what}"


UNCLEAR = Reminder("", "", "")  # it wants one, and its time, its target or its end cannot be told for sure
CHAINED = Reminder("", "", "", is_about_this=True)  # something else is wanted behind it: "… and close CH-4"


@dataclass(frozen=True)
class _Place:
    """Where a wish stands: tokens from `start` up to the verb, whom it is for, and where what it says begins."""

    start: int
    verb: int
    target: str
    behind: int


def find_reminder(intent: Intent) -> Reminder | None:
    """The one that a message has; of several, or of one that depends on something, no more than that there is one."""
    reading = intent.reading
    hits = [hit for table in ("verbs", "me_verbs", "last") for hit in vocabulary().find(f"remind.{table}", reading)]
    places = [place for hit in sorted(hits, key=lambda hit: hit.start) if (place := _place(intent, hit))]
    if not places:
        return None
    if any(_is_joined(reading, place) for place in places[1:]):
        return CHAINED
    is_sure = len(places) == 1 and reading.is_whole and not _is_conditional(intent)
    if not is_sure or not _stands_alone(reading, places[0]):
        return UNCLEAR
    is_last = reading.tokens[places[0].verb].word in vocabulary().words("remind.last")
    return _german(reading, places[0]) if is_last else _read(reading, places[0])


def _is_conditional(intent: Intent) -> bool:
    """ "if it fails, remind me": a clause before it is a condition."""
    conditions = [hit for clause in intent.reading.clauses for hit in intent.found("remind.if", clause)]
    return any(hit.start == intent.first(intent.reading.clause_of(hit.start)) for hit in conditions)


def _place(intent: Intent, hit: Hit) -> _Place | None:
    reading, tokens = intent.reading, intent.reading.tokens
    if tokens[hit.start].kind != "word":
        return None
    if tokens[hit.start].word in vocabulary().words("remind.last"):
        return _place_before(reading, hit)
    start = _lead(reading, hit.start)
    if spelled(hit.phrase) in vocabulary().listed("remind.me_verbs"):
        target, behind = ME, hit.end
    else:
        target, behind = _target(reading, tokens[hit.end]) if hit.end < len(tokens) else "", hit.end + 1
    return _Place(start, hit.start, target, behind) if target and behind < len(tokens) else None


def _place_before(reading: Reading, hit: Hit) -> _Place | None:
    """ "kannst du mich morgen um 9 an das Release erinnern": the target stands behind the opener."""
    clause = reading.clause_of(hit.start)
    targets = (at for at in range(clause.start, hit.start) if _target(reading, reading.tokens[at]))
    at = next(targets, None)
    if at is None or _lead(reading, at) != clause.start:
        return None
    return _Place(clause.start, hit.start, _target(reading, reading.tokens[at]), at + 1)


def _stands_alone(reading: Reading, place: _Place) -> bool:
    """Whether nothing in its clause leads to it but an "and", and nothing denies it: "I told him to remind me" is a
    story.
    """
    tokens, start, verb = reading.tokens, place.start, place.verb
    is_first = start == 0 or tokens[start - 1].clause != tokens[start].clause
    return (is_first or _is_joined(reading, place)) and not _is_denied(reading, start) and not _is_denied(reading, verb)


def _is_joined(reading: Reading, place: _Place) -> bool:
    """Whether an "and" leads to it."""
    joins = vocabulary().words("remind.joins")
    return any(token.word in joins for token in reading.tokens[place.start : place.verb])


def _is_denied(reading: Reading, at: int) -> bool:
    """Whether the word before a place in its clause is a negator."""
    tokens = reading.tokens
    is_same = at > 0 and tokens[at - 1].clause == tokens[at].clause
    return is_same and tokens[at - 1].word in vocabulary().words("negators.words")


def _lead(reading: Reading, at: int) -> int:
    """Where the words that only lead up to the verb begin: "and please", "can you"."""
    lead = vocabulary().words("remind.lead")
    while at > 0 and reading.tokens[at - 1].kind == "word" and reading.tokens[at - 1].word in lead:
        if reading.tokens[at - 1].sentence != reading.tokens[at].sentence:
            break
        at -= 1
    return at


def _target(reading: Reading, token: Token) -> str:
    if token.kind == "person":
        return reading.text[token.start : token.end]
    if token.word in vocabulary().words("remind.me"):
        return ME
    return HERE if token.word in vocabulary().words("remind.here") else ""


def _german(reading: Reading, place: _Place) -> Reminder:
    """What stands between the target and the verb at the end."""
    tokens, text = reading.tokens, reading.text
    behind = text[tokens[place.verb].end :].strip(_FREE + ".!?")
    middle = text[tokens[place.behind - 1].end : tokens[place.verb].start].strip()
    rest = text[: tokens[place.start].start].strip(_FREE)
    return UNCLEAR if behind else _wished(place.target, middle, rest)


def _read(reading: Reading, place: _Place) -> Reminder:
    """What stands behind the target, up to the end of the message, or of the sentence if more than that follows."""
    behind = reading.tokens[place.behind - 1].end
    before, text = reading.text[: reading.tokens[place.start].start].rstrip(_FREE), reading.text[: _tail(reading)]
    following = pairwise(reading.tokens)
    stop = next((two.start for one, two in following if two.start > behind and one.sentence != two.sentence), None)
    if stop is None or stop >= len(text):
        return _wished(place.target, text[behind:], before)
    return _wished(place.target, text[behind:stop], f"{before} {text[stop:]}".strip())


def _tail(reading: Reading) -> int:
    """Where the thanks and emoji at the end of a message begin."""
    at, tail = len(reading.tokens), vocabulary().words("remind.tail")
    while at and (reading.tokens[at - 1].kind == "emoji" or reading.tokens[at - 1].word in tail):
        at -= 1
    return reading.tokens[at].start if at < len(reading.tokens) else len(reading.text)


def _wished(target: str, said: str, rest: str) -> Reminder:
    """Read as the command would; without a time it is not clear."""
    what = _without_glue(said.strip(_FREE).rstrip("!? "))
    wish = _wish(f"{target} {what}")
    if wish is None or wish.when is None:
        return UNCLEAR
    is_chained = split(wish.text)[:1] != [] and split(wish.text)[0] in vocabulary().words("remind.joins")
    is_empty = not wish.text and not wish.about
    return CHAINED if is_chained else Reminder(f"{target} {what}", rest, wish.when.words, is_about_this=is_empty)


def _wish(line: str) -> Wish | None:
    """None where the words look like a time and are none: the command says why."""
    try:
        return read_wish(line)
    except UserError:
        return None


def _without_glue(said: str) -> str:
    """Without a "please" at the front and the French and Spanish words before what it is about; “about it” becomes
    what the grammar says.
    """
    said = said.replace("’", "'")
    for word in vocabulary().listed("openers.polite"):
        if said.casefold().startswith(f"{word} "):
            said = said[len(word) :].strip(_FREE)
    for word in sorted(vocabulary().listed("remind.glue"), key=len, reverse=True):
        if said.casefold().startswith(word if word.endswith("'") else f"{word} "):
            return said[len(word) :].strip()
    for phrase in sorted(vocabulary().listed("remind.this"), key=len, reverse=True):
        if said.casefold() == phrase or said.casefold().startswith(f"{phrase} "):
            return f"about this {said[len(phrase) :].strip()}".strip()
        if said.casefold().endswith(f" {phrase}"):
            return f"about this {said[: -len(phrase)].strip()}"
    return said
