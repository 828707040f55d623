"""What people read while a tool is used: what it does, and to what, in words of ours alone."""

from collections.abc import Mapping
from typing import Any

from agent.commands.reading import NAMED_TICKET
from agent.github.which import HERE
from agent.turns.grounds import Words
from prompts.words import fixed, say

# By tool: with what it is about, and without where that is not clear.
DOING: Mapping[str, tuple[str, str]] = {
    "similar_tickets": ("", fixed("is looking for similar tickets…")),
    "find_people": ("", fixed("is looking for people…")),
    "get_ticket": (fixed("is reading {what}…"), fixed("is reading the ticket…")),
    "list_tickets": ("", fixed("is looking through the tickets…")),
    "explain": (fixed("is looking up the reasons for {what}…"), fixed("is looking up the reasons…")),
    "conversations": ("", fixed("is looking through earlier requests…")),
    "list_reminders": ("", fixed("is looking through the reminders…")),
    "report_ticket": ("", fixed("is writing a ticket…")),
    "assign": (fixed("is assigning {what}…"), fixed("is assigning the ticket…")),
    "assign_auto": (fixed("is finding somebody for {what}…"), fixed("is finding somebody for the ticket…")),
    "unassign": (fixed("is unassigning {what}…"), fixed("is unassigning the ticket…")),
    "claim": (fixed("is assigning {what}…"), fixed("is assigning the ticket…")),
    "set_priority": (fixed("is setting the priority of {what}…"), fixed("is setting the priority of the ticket…")),
    "set_reminder": ("", fixed("is setting a reminder…")),
    "cancel_reminder": ("", fixed("is cancelling a reminder…")),
    "snooze": (fixed("is snoozing {what}…"), fixed("is snoozing the ticket…")),
    "comment_ticket": (fixed("is commenting on {what}…"), fixed("is commenting on the ticket…")),
    "resolve_ticket": (fixed("is resolving {what}…"), fixed("is resolving the ticket…")),
    "close_ticket": (fixed("is closing {what}…"), fixed("is closing the ticket…")),
    "get_issue": (fixed("is reading {what}…"), fixed("is reading on GitHub…")),
    "get_pull": (fixed("is reading {what}…"), fixed("is reading on GitHub…")),
    "pull_files": (fixed("is reading the files of {what}…"), fixed("is reading on GitHub…")),
    "pull_diff": (fixed("is reading the changes of {what}…"), fixed("is reading on GitHub…")),
    "comments": (fixed("is reading the comments on {what}…"), fixed("is reading on GitHub…")),
    "preview_status": (fixed("is looking where {what} is deployed…"), fixed("is reading on GitHub…")),
    "search_diff": (fixed("is searching the changes of {what}…"), fixed("is searching on GitHub…")),
    "checks": (fixed("is reading the checks of {what}…"), fixed("is reading on GitHub…")),
    "why_ci_fails": (fixed("is looking why the checks of {what} fail…"), fixed("is reading on GitHub…")),
    "suggest_reviewers": (fixed("is looking for reviewers of {what}…"), fixed("is looking for people…")),
    "search_issues": (fixed("is searching the issues of {what}…"), fixed("is searching on GitHub…")),
    "search_code": (fixed("is searching the code of {what}…"), fixed("is searching on GitHub…")),
    "read_file": (fixed("is reading a file of {what}…"), fixed("is reading on GitHub…")),
    "runs": (fixed("is reading the runs of {what}…"), fixed("is reading on GitHub…")),
    "jobs": (fixed("is reading a run of {what}…"), fixed("is reading on GitHub…")),
    "failure_log": (fixed("is reading the log of a run of {what}…"), fixed("is reading on GitHub…")),
    "create_issue": (fixed("is preparing an issue for {what}…"), fixed("is preparing an issue…")),
    "comment_github": (fixed("is preparing a comment on {what}…"), fixed("is preparing a comment…")),
    "request_reviewers": (fixed("is asking for a review of {what}…"), fixed("is asking for a review…")),
    "close_issue": (fixed("is preparing to close {what}…"), fixed("is writing on GitHub…")),
    "close_pull": (fixed("is preparing to close {what}…"), fixed("is writing on GitHub…")),
    "delegate": (fixed("is preparing to hand over {what}…"), fixed("is writing on GitHub…")),
}


def doing(tool: str, arguments: Mapping[str, Any], words: Words) -> str:
    """The line for one use. What it is about is named only by a number, and by what the asker or the place names.

    Raises:
        KeyError: the tool has no line.
    """
    named, plain = DOING[tool]
    what = _what(arguments, words)
    return say(named, what=what) if named and what else say(plain)


def _what(arguments: Mapping[str, Any], words: Words) -> str:
    ticket, number = str(arguments.get("ticket", "")), arguments.get("number")
    if ticket:
        return ticket if NAMED_TICKET.fullmatch(ticket) else words.ticket
    name = _repository(str(arguments.get("repository", "")), words)
    return f"{name}#{number}" if isinstance(number, int) and "repository" in arguments else name


def _repository(said: str, words: Words) -> str:
    """Its name as far as it is no model's alone."""
    if said == HERE:
        return words.repository
    here = (words.repository, *words.texts)
    return said if said and any(said.casefold() in one.casefold() for one in here) else ""
