"""Plays a story: each step waits until the bot has come to rest after the one before."""

from bot.sandbox.github import PersonError as GitHubPersonError
from bot.sandbox.slack import PersonError, SlackTimeoutError
from bot.sandbox.story import faults, github, passing, slack
from bot.sandbox.story.stage import Stage, StoryFailed, Verb
from bot.sandbox.story.steps import Story

VERBS: dict[str, Verb] = slack.VERBS | github.VERBS | passing.VERBS | faults.VERBS
AT_ONCE = {"answered", "kill"}  # these do not wait: a kill hits the bot while it works


async def play(story: Story, stage: Stage) -> None:
    """Play all steps.

    Raises:
        StoryFailed: at the first step that goes wrong.
    """
    await stage.settle()  # what it does at its start is no part of the story
    following = [step.verb for step in story.steps[1:]] + [""]
    for number, (step, then) in enumerate(zip(story.steps, following, strict=True), start=1):
        try:
            await VERBS[step.verb](stage, step)
            if then not in AT_ONCE:
                await stage.settle()
        except (StoryFailed, PersonError, GitHubPersonError, SlackTimeoutError) as error:
            raise StoryFailed(f"step {number} ({step.verb}): {error}") from None
        except TimeoutError:
            raise StoryFailed(f"step {number} ({step.verb}): Chargehand is still busy") from None
