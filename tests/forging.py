"""Presses and forms that hold what no message of the bot's ever held: somebody has made them up."""

from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.interactions import Pressed, block_actions
from tests.team import Bot, quiet


async def press_forged(
    slack: SlackSandbox, bot: Bot, who: str, ts: str, action: str, value: str, *, channel: str = "#ops"
) -> str:
    """Press a button of this action and value, as if it stood on this message; what they then read, alone."""
    heard = len(slack.ephemerals(who))
    message = slack.channel(channel).messages[ts]
    control = {
        "type": "button",
        "action_id": action,
        "block_id": message.all_blocks[0]["block_id"] if message.all_blocks else "made-up",
        "text": {"type": "plain_text", "text": "Press me"},
        "value": value,
    }
    payload = block_actions(slack.world, slack.user(who), Pressed(message), control, {})
    await slack.world.socket.ask("interactive", payload)
    await slack.until(lambda: slack.ephemerals(who)[heard:])
    await quiet(bot)
    [answer] = slack.ephemerals(who)[heard:]
    return answer.plain
