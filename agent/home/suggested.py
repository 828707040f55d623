"""What the Messages tab suggests: up to four commands that this person may run."""

from agent.desk import Desk
from bot.access import Target, can
from prompts.words import fixed, say

MOST = 4
# Title, what is sent when it is chosen, and the action (bot/access.py) that it needs; the most telling first.
PROMPTS = (
    (fixed("What waits for my decision?"), "proposals", "approve"),
    (fixed("What is mine?"), "list mine", "track"),
    (fixed("What has nobody?"), "list unassigned", "track"),
    (fixed("What is open?"), "list", "list"),
    (fixed("What will I be reminded of?"), "reminders", "see"),
    (fixed("What can you do?"), "help", "report"),
)


def suggested(desk: Desk) -> list[tuple[str, str]]:
    """Title and words of each; a guest is let in to report alone, and reads how."""
    actor = desk.asker
    open_to = [
        (say(title), words)
        for title, words, action in PROMPTS
        if can(actor, action, Target()) and (action == "report" or not actor.is_outsider)
    ]
    manages = actor.is_admin or "manager" in actor.roles.values()
    fit = [one for one in open_to if manages or one[1] != "proposals"]
    return [*fit[: MOST - 1], fit[-1]] if len(fit) > MOST else fit
