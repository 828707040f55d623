"""Time passes; everybody sees what came due meanwhile, each at its own time."""

from bot.sandbox.story.stage import Stage, StoryFailed, Verb
from bot.sandbox.story.steps import Step
from bot.sandbox.wind import NoMomentError, moment_of, pass_time


async def _clock(stage: Stage, step: Step) -> None:
    try:
        moment = moment_of(step.clock or "", now=stage.clock(), zone=stage.zone)
    except NoMomentError as error:
        raise StoryFailed(str(error)) from None
    await pass_time(stage.clock, moment, db=stage.db, settle=stage.settle)
    stage.tell(f"it is {moment.astimezone(stage.zone):%A %H:%M}")


async def _sent(stage: Stage, _: Step) -> None:
    """All that people were told, each with its reason; none of it outside their hours."""
    found = await stage.sent()
    for line, _is_outside in found:
        stage.tell(line)
    outside = [line for line, is_outside in found if is_outside]
    stage.tell(f"outside hours {len(outside)}")
    if outside:
        raise StoryFailed(f"outside hours came: {'; '.join(outside)}")


VERBS: dict[str, Verb] = {"clock": _clock, "sent": _sent}
