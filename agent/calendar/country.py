"""Public holidays of countries and their parts; a country that is not known is refused with the nearest names.

The library is imported when a country is first asked for: that takes 0.4 s and 20 MB, which most processes never need.
"""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from bot.errors import UserError
from prompts.words import ENGLISH, say, spoken


class Region(NamedTuple):
    """A country by its two letters and, where its holidays differ, the part of it."""

    country: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.country} {self.part}".strip()


def holidays_of(region: Region, year: int) -> Mapping[date, str]:
    """The public holidays of one year and their names, in the language that is spoken or else in English."""
    return _holidays_of(region, year, spoken())


@lru_cache(maxsize=256)
def _holidays_of(region: Region, year: int, language: str) -> Mapping[date, str]:
    import holidays  # noqa: PLC0415 - see above

    codes = holidays.list_localized_countries().get(region.country, [])
    code = next((one for one in codes if one.partition("_")[0] == language != ENGLISH), "en_US")
    return dict(
        holidays.country_holidays(region.country, subdiv=region.part or None, years=year, language=code).items()
    )


def region_named(country: str, part: str = "") -> Region:
    """The region of these names or codes, as in DE BE or Germany Berlin.

    Raises:
        UserError: there is none; the text names near ones.
    """
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - see above

    codes = {name.casefold(): codes[1] for codes in COUNTRIES.values() for name in codes}
    code = codes.get(country.casefold().replace(" ", ""))
    if code is None:
        hint = _near(country, codes) or say("Write it as in `DE` or `Germany`.")
        raise UserError(say("I know no holidays of a country “{country}”. {hint}", country=country[:40], hint=hint))
    return Region(code, _part_named(code, part) if part else "")


def _part_named(country: str, part: str) -> str:
    import holidays  # noqa: PLC0415 - see above

    known = holidays.country_holidays(country)
    if not known.subdivisions:
        raise UserError(
            say("{country} has the same holidays everywhere: leave “{part}” out.", country=country, part=part[:40])
        )
    codes = {code.casefold(): code for code in known.subdivisions}
    names = codes | {name.casefold(): code for name, code in known.subdivisions_aliases.items()}
    if found := names.get(part.casefold()):
        return found
    hint = _near(part, names) or say("There are {parts}.", parts=", ".join(known.subdivisions))
    raise UserError(
        say(
            "“{part}” is no part of {country} with holidays of its own. {hint}",
            part=part[:40],
            country=country,
            hint=hint,
        )
    )


def _near(name: str, codes: Mapping[str, str]) -> str:
    near = get_close_matches(name.casefold(), codes)
    if not near:
        return ""
    names = say(" or ").join(f"`{codes[one]}` ({one.title()})" for one in near)
    return say("Did you mean {names}?", names=names)
