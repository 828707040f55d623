"""A story in YAML, played step by step in the sandbox by the people it names; it ends where it goes wrong."""

from bot.sandbox.story.play import play
from bot.sandbox.story.stage import Stage, StoryFailed
from bot.sandbox.story.steps import Story, read_story

__all__ = ["Stage", "Story", "StoryFailed", "play", "read_story"]
