"""A message that reminds has the button Why, which names the reminder that it came of."""

from bot.messages import Button, Message
from prompts.words import say
from storage.reminders import Reminder


def why_button(reminder: Reminder) -> Button:
    """Asks by which rule and clock this one came."""
    return Button(label=say("Why"), action="why", value=f"reminded R-{reminder.id}")


def with_why(message: Message, reminder: Reminder) -> Message:
    """A page that came of a reminder, with the button after all others."""
    return message.model_copy(update={"buttons": (*message.buttons, why_button(reminder))})
