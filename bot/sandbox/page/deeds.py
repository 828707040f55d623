"""What a person can do on the page, by name; each asks the sandbox to do it as that person."""

from collections.abc import Awaitable, Callable

from bot.sandbox.page.asked import DONE, Answer, Asked
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.refusals import PersonError
from bot.sandbox.slack.seed import User

Deed = Callable[[SlackSandbox, User, Asked], Awaitable[Answer]]


def find_person(slack: SlackSandbox, who: str) -> User:
    """The person of this id or name; nobody named means the first one of the workspace."""
    user = slack.world.find_user(who) if who else next(iter(slack.world.users.values()))
    if user is None or user.is_bot or user.deleted:
        raise PersonError(f"Nobody here is called {who}.")
    return user


async def say(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Write in a channel or one of its threads."""
    ts = await slack.say(user.id, asked.text("channel"), asked.text("text"), thread_ts=asked.maybe("thread_ts"))
    return {"ts": ts}


async def dm(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Write to the bot directly."""
    return {"ts": await slack.dm(user.id, asked.text("text"), thread_ts=asked.maybe("thread_ts"))}


async def command(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Type a slash command."""
    await slack.command(user.id, asked.text("channel"), asked.text("command"), asked.maybe("text") or "")
    return DONE


async def click(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Press a button, by action id, on a message, a form or the Home tab."""
    action, value = asked.text("action"), asked.maybe("value")
    match asked.text("on"):
        case "message":
            await slack.click(user.id, asked.text("channel"), asked.text("ts"), action, value=value)
        case "ephemeral":
            await slack.click_ephemeral(user.id, action, value=value)
        case "modal":
            await slack.click_modal(user.id, action, value=value)
        case "home":
            await slack.click_home(user.id, action, value=value)
        case other:
            raise PersonError(f"Nothing can be pressed on {other}.")
    return DONE


async def select(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Choose from a menu, by action id and the option's value."""
    action, choice = asked.text("action"), asked.text("choice")
    match asked.text("on"):
        case "message":
            await slack.select(user.id, asked.text("channel"), asked.text("ts"), action=action, choice=choice)
        case "ephemeral":
            await slack.select_ephemeral(user.id, action=action, choice=choice)
        case "modal":
            await slack.select_modal(user.id, action=action, choice=choice)
        case other:
            raise PersonError(f"Nothing can be chosen on {other}.")
    return DONE


async def shortcut(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Use a shortcut, on a message or on none."""
    await slack.shortcut(user.id, asked.text("name"), channel=asked.maybe("channel"), ts=asked.maybe("ts"))
    return DONE


async def submit(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Send the open form; the errors to show at its fields."""
    return {"errors": await slack.submit(user.id, asked.values())}


async def close(slack: SlackSandbox, user: User, _: Asked) -> Answer:
    """Cancel the open form."""
    await slack.close_modal(user.id)
    return DONE


async def home(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Open the app's Home or Messages tab."""
    await slack.open_home(user.id, tab=asked.text("tab"))
    return DONE


async def react(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Add an emoji (`on` true) or take it back."""
    change = slack.react if asked.flag("on") else slack.unreact
    await change(user.id, asked.text("channel"), asked.text("ts"), asked.text("name"))
    return DONE


async def edit(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Change one's own message."""
    await slack.edit(user.id, asked.text("channel"), asked.text("ts"), asked.text("text"))
    return DONE


async def delete(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Delete one's own message."""
    await slack.delete(user.id, asked.text("channel"), asked.text("ts"))
    return DONE


async def join(slack: SlackSandbox, user: User, asked: Asked) -> Answer:
    """Become a member of a public channel."""
    await slack.join(user.id, asked.text("channel"))
    return DONE


DEEDS: dict[str, Deed] = {
    "say": say,
    "dm": dm,
    "command": command,
    "click": click,
    "select": select,
    "shortcut": shortcut,
    "submit": submit,
    "close": close,
    "home": home,
    "react": react,
    "edit": edit,
    "delete": delete,
    "join": join,
}
