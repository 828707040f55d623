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


VERBS: dict[str, Verb] = {"clock": _clock}
