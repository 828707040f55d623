"""Time zones by the names that people write; a name that is none is refused with the nearest ones."""

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.errors import UserError
from prompts.words import say


def zone_named(name: str) -> ZoneInfo:
    """The zone with this IANA name, whatever its case.

    Raises:
        UserError: there is none; the text names near ones.
    """
    if known := _names().get(name.casefold()):
        return ZoneInfo(known)
    raise UserError(say("“{name}” is no time zone. {hint}", name=name[:40], hint=_hint(name)))


def zone_if_known(name: str) -> ZoneInfo | None:
    """The zone with exactly this name; None for no name, and for one that this machine does not know."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # ZoneInfo("America") finds a folder
        return None


@cache  # it looks through some 600 files
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _hint(name: str) -> str:
    wanted = name.casefold().replace(" ", "_")
    cities: dict[str, list[str]] = {}
    for folded in sorted(_names()):
        cities.setdefault(folded.rpartition("/")[2], []).append(folded)
    of_city = [
        zone for city in get_close_matches(wanted.rpartition("/")[2], cities, cutoff=0.75) for zone in cities[city]
    ]
    near = list(dict.fromkeys([*get_close_matches(wanted, _names(), cutoff=0.8), *of_city]))[:3]
    if not near:
        return say("Write it as in `Europe/Berlin`, `America/New_York` or `UTC`.")
    return say("Did you mean {names}?", names=say(" or ").join(f"`{_names()[zone]}`" for zone in near))
