"""What the stand-in says to the agent when no script says otherwise: who works on it, which tool, what it found."""

import re
from collections.abc import Mapping

from bot.sandbox.llm.asked import Asked, Call
from bot.sandbox.llm.rules import Reply

REQUEST = re.compile(r"<request>\s*(.*?)\s*</request>", re.DOTALL)
TICKET = re.compile(r"\bCH-\d+\b", re.IGNORECASE)
PERSON = re.compile(r"(?<!\w)@[\w.-]+")
EDGE = re.compile(r"^</?data-.*>$", re.MULTILINE)  # of a block of data
RECEIPT = re.compile(r"^(R-\d+):", re.MULTILINE)
WHEN = re.compile(
    r"\b(?:tomorrow|tonight|in \d+ ?\w+|(?:on |next |every )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
    r"(?: at \d+(?::\d+)?(?: ?[ap]m)?)?",
    re.IGNORECASE,
)
LONGEST = 600  # characters of what a tool said
BLOCK = re.compile(r'^<data-\w+ source="([^"]*)" author="([^"]*)"[^>]*>\n(.*?)\n</data-', re.MULTILINE | re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
LONGEST_SENTENCE, MOST_LINES = 120, 12
# Whose work it is, by words; the first that fit come first.
WORDS: Mapping[str, re.Pattern[str]] = {
    "create": re.compile(r"\b(broken|down|fails?|failing|error|crash\w*|wrong|open a ticket|track)\b", re.IGNORECASE),
    "assign": re.compile(r"\b(assign|give|hand|claim|unassign|priority)\b", re.IGNORECASE),
    "comment": re.compile(r"\b(comment|note)\b", re.IGNORECASE),
    "close": re.compile(r"\b(close|resolve|solved|done)\b", re.IGNORECASE),
    "remind": re.compile(r"\b(remind|reminder|snooze)\b", re.IGNORECASE),
}
READER = "research"


def routed(asked: Asked) -> Reply:
    """Those whose words it has; who only reads, when it has none."""
    request = request_of(asked)
    names = [name for name, words in WORDS.items() if words.search(request)] or [READER]
    steps = [{"specialist": name, "goal": request[:200]} for name in names]
    return Reply(json={"steps": steps, "reason": "by its words"})


def works(asked: Asked) -> Reply:
    """The tool that fits, once; then what came of it."""
    if asked.turn or asked.result:
        return Reply(text=_told(asked.result or ""))
    call = _call(asked.purpose, request_of(asked))
    return Reply(calls=(call,)) if call.name in asked.offered else Reply(text="I have nothing to do that with.")


def offered(asked: Asked) -> Reply:
    """Whether what somebody said in a channel tells of a problem, by its words."""
    return Reply(json={"is_problem": bool(WORDS["create"].search(asked.opening)), "confidence": 0.9})


def narrated(asked: Asked) -> Reply:
    """The first sentence of what somebody wrote."""
    found = BLOCK.search(asked.opening)
    words = " ".join((found[3] if found else asked.opening).split())
    return Reply(text=SENTENCE.split(words)[0][:LONGEST_SENTENCE])


def summed_up(asked: Asked) -> Reply:
    """The summary so far, and how each message after it begins."""
    lines = [(who, " ".join(text.split())[:LONGEST_SENTENCE]) for _, who, text in BLOCK.findall(asked.opening)]
    return Reply(text="\n".join(f"{who}: {text}" if who else text for who, text in lines[:MOST_LINES]))


def request_of(asked: Asked) -> str:
    """What the asker wants, as the last block says it."""
    found: list[str] = REQUEST.findall(asked.text)
    return found[-1] if found else asked.text


def _told(result: str) -> str:
    """A proof in its marks, else what was found."""
    found = EDGE.sub("", result).strip()[:LONGEST]
    return " ".join(f"[[{name}]]" for name in RECEIPT.findall(result)) or found or "I found nothing."


def _call(specialist: str, request: str) -> Call:
    found, people = TICKET.search(request), PERSON.findall(request)
    ticket = found[0].upper() if found else "this"
    when = WHEN.search(request)
    reading = (
        Call("get_ticket", {"ticket": ticket, "from_line": 1}) if found else Call("list_tickets", {"filters": "open"})
    )
    giving = Call("assign", {"ticket": ticket, "people": people, "besides": False})
    wish = {"who": "me", "what": "this", "when": when[0] if when else "tomorrow at 9"}
    calls = {
        "create": Call("report_ticket", {"text": request}),
        "assign": giving if people else Call("assign_auto", {"ticket": ticket}),
        "comment": Call("comment_ticket", {"ticket": ticket, "text": request}),
        "close": Call("resolve_ticket", {"ticket": ticket, "reason": request}),
        "remind": Call("set_reminder", wish),
    }
    return calls.get(specialist, reading)
