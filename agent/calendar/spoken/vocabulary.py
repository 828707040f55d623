"""The words of days, months, numbers, units and parts of a day, in English and German."""

import re
from collections.abc import Iterable

from prompts.words import fixed


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _numbered(names: str) -> dict[str, int]:
    return {word: number for number, group in enumerate(names.split()) for word in group.split("/")}


WEEKDAYS = _numbered(
    "monday/mon/montag tuesday/tues/tue/dienstag wednesday/wed/mittwoch thursday/thurs/thur/thu/donnerstag"
    " friday/fri/freitag saturday/sat/samstag/sonnabend sunday/sun/sonntag"
)
HABITS = {f"{day}s": number for day, number in WEEKDAYS.items() if len(day) > 5}  # "mondays", "montags"
MONTHS = {
    name: number + 1
    for name, number in _numbered(
        "january/jan/januar/jänner february/feb/februar march/mar/märz/maerz april/apr may/mai june/jun/juni"
        " july/jul/juli august/aug september/sept/sep october/oct/oktober/okt november/nov december/dec/dezember/dez"
    ).items()
}
MONTH_NAMES = (
    fixed("January"), fixed("February"), fixed("March"), fixed("April"), fixed("May"), fixed("June"),
    fixed("July"), fixed("August"), fixed("September"), fixed("October"), fixed("November"), fixed("December"),
)  # fmt: skip
LONG_MONTHS = [name for name in MONTHS if len(name) > 4] + ["may", "mai", "june", "juni", "july", "juli", "märz"]
NUMBERS = dict.fromkeys(("a", "an", "one", "ein", "eine", "einer", "einem", "einen"), 1) | {
    word: number + 2
    for word, number in _numbered(
        "two/zwei three/drei four/vier five/fünf/fuenf six/sechs seven/sieben eight/acht nine/neun ten/zehn eleven/elf"
        " twelve/zwölf/zwoelf"
    ).items()
}
ORDINALS = {
    word: number + 1
    for word, number in _numbered(
        "first/1st/ersten/erste/erster second/2nd/zweiten/zweite/zweiter third/3rd/dritten/dritte/dritter"
        " fourth/4th/vierten/vierte/vierter"
    ).items()
} | dict.fromkeys(("last", "letzten", "letzte", "letzter"), -1)

MINUTES, DAYS, WORKDAYS, MONTHS_LONG = "minutes", "days", "workdays", "months"
UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), (MINUTES, 1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"), (MINUTES, 60)),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen"), (DAYS, 1)),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen"), (DAYS, 7)),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten"), (MONTHS_LONG, 1)),
    **dict.fromkeys(("year", "years", "jahr", "jahre", "jahren"), (MONTHS_LONG, 12)),
    **dict.fromkeys(("business day", "business days", "working day", "working days"), (WORKDAYS, 1)),
    **dict.fromkeys(("workday", "workdays", "arbeitstag", "arbeitstage", "arbeitstagen"), (WORKDAYS, 1)),
    **dict.fromkeys(("werktag", "werktage", "werktagen"), (WORKDAYS, 1)),
}
MORNING, FORENOON, LUNCH, AFTERNOON, EVENING, NIGHT, END = (
    "morning", "forenoon", "lunch", "afternoon", "evening", "night", "end",
)  # fmt: skip
PARTS = {
    **dict.fromkeys(("in the morning", "morning", "am morgen", "morgens", "früh", "frueh", "in der früh"), MORNING),
    **dict.fromkeys(("vormittag", "vormittags", "am vormittag"), FORENOON),
    **dict.fromkeys(("at lunch", "at lunchtime", "lunchtime"), LUNCH),
    **dict.fromkeys(("in the afternoon", "afternoon", "nachmittag", "nachmittags", "am nachmittag"), AFTERNOON),
    **dict.fromkeys(("in the evening", "evening", "abend", "abends", "am abend"), EVENING),
    **dict.fromkeys(("at night", "night", "nachts", "in der nacht"), NIGHT),
    **dict.fromkeys(
        (
            *(f"{how}end of {the}{kind}day" for how in ("", "by ", "by the ", "at the ", "at ", "the ")
              for the in ("", "the ", "my ") for kind in ("", "working ", "business ")),
            "eod", "by eod", "cob", "by cob", "close of business", "feierabend", "zum feierabend", "bis feierabend",
            "dienstschluss", "ende des tages", "am ende des tages", "ende des arbeitstages",
        ),
        END,
    ),
}  # fmt: skip
VAGUE = ("soon", "later", "sometime", "some time", "asap", "someday", "bald", "später", "irgendwann", "demnächst")
