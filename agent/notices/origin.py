"""A message that reminds has the button Why, which names the reminder that it came of."""

from bot.messages import Button
from prompts.words import say
from storage.reminders import Reminder


def why_button(reminder: Reminder) -> Button:
    """Asks by which rule and clock this one came."""
    return Button(label=say("Why"), action="why", value=f"reminded R-{reminder.id}")
