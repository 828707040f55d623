"""What the stand-in for a model says when nobody scripted it: of a report, or in place of an engineer's reason."""

import re

SMALL_WORDS = {"name", "looks", "after", "the", "and", "for", "team", "was", "this"}

# Jargon, and what somebody who is no engineer would say.
PLAIN = {"failed over": "switched", "replica": "copy", "rolled back": "undid", "deploy": "last change"}


def plausible(prompt: str) -> dict[str, object]:
    """A valid answer to any of the prompts."""
    reasons = _blocks("reason", prompt)
    return plausible_words(reasons[-1]) if reasons else plausible_triage(prompt)


def plausible_words(reason: str) -> dict[str, object]:
    """A valid answer to prompts/plain_words.md.j2: the same with simpler words."""
    text = " ".join(reason.split())
    for jargon, words in PLAIN.items():
        text = text.replace(jargon, words)
    return {"text": f"{text[:1].upper()}{text[1:]}"}


def plausible_triage(prompt: str) -> dict[str, object]:
    """A valid answer to prompts/triage.md.j2: urgent when something is down, the team whose words the report uses."""
    report = " ".join((_blocks("report", prompt) or [prompt])[-1].split())
    words = _words(report)
    shared = {block: len(words & _words(block)) for block in _blocks("team", prompt)}
    best = max(shared, key=lambda block: shared[block], default="")
    team = best.partition("name: ")[2].partition("\n")[0] if shared.get(best) else None
    urgent = bool(words & {"down", "outage", "failing", "breach", "everyone"})
    return {
        "title": report[:80].strip() or "Report without words",
        "summary": report[:400].strip() or "The report holds no words.",
        "category": "incident" if urgent else "bug",
        "priority": "critical" if urgent else "medium",
        "severity": "blocker" if urgent else "major",
        "effort": "small",
        "component": None,
        "tags": [],
        "team": team,
        "confidence": 0.8,
        "reasoning": "It says that something is failing now." if urgent else "Nothing in it sounds urgent.",
        "gives_orders": {"ignore", "instructions"} <= words,
    }


def _blocks(name: str, prompt: str) -> list[str]:
    return re.findall(rf"<{name}>\n(.*?)\n</{name}>", prompt, re.DOTALL)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", text.lower())) - SMALL_WORDS
