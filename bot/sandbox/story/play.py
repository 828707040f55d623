"""Plays a story: each step waits until the bot has come to rest after the one before."""

from bot.sandbox.github import PersonError as GitHubPersonError
from bot.sandbox.slack import PersonError, SlackTimeoutError
from bot.sandbox.story import faults, github, model, passing, slack
from bot.sandbox.story.stage import Stage, StoryFailed, Verb
from bot.sandbox.story.steps import Story

VERBS: dict[str, Verb] = slack.VERBS | github.VERBS | passing.VERBS | faults.VERBS | model.VERBS
AT_ONCE = {"answered", "kill", "silent"}  # these do not wait: they meet the bot while it works


async def play(story: Story, stage: Stage) -> None:
    """Play all steps.

    Raises:
        StoryFailed: at the first step that goes wrong.
    """
    await stage.settle()  # what it does at its start is no part of the story
    played = [
        (number, step) for number, step in enumerate(story.steps, start=1) if step.is_played(has_model=stage.has_model)
    ]
    following = [step.verb for _, step in played[1:]] + [""]
    for (number, step), then in zip(played, following, strict=True):
        try:
            await VERBS[step.verb](stage, step)
            if then not in AT_ONCE and step.verb != "silent":
                await stage.settle()
        except (StoryFailed, PersonError, GitHubPersonError, SlackTimeoutError) as error:
            raise StoryFailed(f"step {number} ({step.verb}): {error}") from None
        except TimeoutError:
            raise StoryFailed(f"step {number} ({step.verb}): Chargehand is still busy") from None
