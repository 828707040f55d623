"""What teams and people may want otherwise than usual: a line each."""

from dataclasses import dataclass

from agent.people.values import (
    ANSWER,
    CHANNEL,
    ON_OFF,
    QUIET,
    REASONS,
    REPOSITORY,
    SPAN,
    TEXT,
    TIME,
    WEEK,
    WORDS,
    ZONE,
    Kind,
    number,
    one_of,
)
from agent.reasons import OWN
from prompts.words import LANGUAGES, fixed

SETTINGS, ROW, CALENDAR, OWNERSHIP = "settings_kv", "row", "calendar", "ownership"


@dataclass(frozen=True, kw_only=True)
class Preference:
    """`default` is what counts while nobody set it; `kept` says where, `column` under which name in a row."""

    key: str
    kind: Kind
    default: str
    meaning: str
    kept: str = SETTINGS
    column: str = ""


HOURS = Preference(
    key="hours",
    kind=WEEK,
    default=fixed("as usual"),
    meaning=fixed("working hours, as `hours` sets them"),
    kept=CALENDAR,
    column="week",
)
TEAM = (
    Preference(
        key="channel",
        kind=CHANNEL,
        default=fixed("none"),
        meaning=fixed("where its tickets from direct messages live"),
        kept=ROW,
        column="channel_id",
    ),
    Preference(
        key="description",
        kind=TEXT,
        default=fixed("none"),
        meaning=fixed("what it looks after"),
        kept=ROW,
        column="description",
    ),
    Preference(
        key="components",
        kind=WORDS,
        default=fixed("none"),
        meaning=fixed("what it owns by name: rules as `ownership add component` makes them"),
        kept=OWNERSHIP,
        column="component",
    ),
    HOURS,
    Preference(
        key="zone",
        kind=ZONE,
        default=fixed("the workspace's"),
        meaning=fixed("its time zone"),
        kept=CALENDAR,
        column="zone",
    ),
    Preference(
        key="capacity",
        kind=number(1, 999, words=fixed("1 to 999")),
        default=fixed("no limit"),
        meaning=fixed("open tickets of a member who set no capacity of their own"),
    ),
    Preference(
        key="load",
        kind=one_of("count", "weighted"),
        default="count",
        meaning=fixed("whether a ticket counts as one, or as 4, 2, 1, 1 by priority, when somebody is chosen"),
    ),
    Preference(
        key="managers",
        kind=ON_OFF,
        default="off",
        meaning=fixed("whether tickets are given to its managers too, as to its responders"),
    ),
    Preference(
        key="notices",
        kind=one_of("all", "important", "none"),
        default="important",
        meaning=fixed("what its managers are told of at once: each change, what is important, or nothing"),
    ),
    Preference(
        key="reassign_on_absence",
        kind=ON_OFF,
        default="off",
        meaning=fixed("whether open tickets move by themselves when somebody goes away"),
    ),
    *(
        Preference(key=f"reasons.{verb}", kind=REASONS, default=fixed("the usual ones"), meaning=meaning)
        for verb, meaning in zip(OWN, (fixed("reasons to resolve with"), fixed("reasons to close with")), strict=True)
    ),
    *(
        Preference(key=f"answer.{verb}", kind=ANSWER, default=fixed("none"), meaning=meaning)
        for verb, meaning in zip(
            OWN,
            (
                fixed("what is added when one of its tickets is resolved"),
                fixed("what is added when one of its tickets is closed"),
            ),
            strict=True,
        )
    ),
    Preference(
        key="plain_words",
        kind=ON_OFF,
        default="on",
        meaning=fixed("whether a model puts the reason of a resolved ticket in plain words, where one is configured"),
    ),
    Preference(
        key="summary", kind=ON_OFF, default="on", meaning=fixed("whether its channel reads its week on Mondays")
    ),
    Preference(
        key="replies", kind=ON_OFF, default="on", meaning=fixed("whether replies in its tickets' threads are comments")
    ),
    Preference(key="nudge.on", kind=ON_OFF, default="on", meaning=fixed("whether silence on a ticket is noticed")),
    Preference(
        key="nudge.every",
        kind=SPAN,
        default="4h",
        meaning=fixed("business time of silence on a high ticket until somebody is reminded; others in proportion"),
    ),
    Preference(
        key="nudge.where",
        kind=one_of("digest", "thread"),
        default="digest",
        meaning=fixed("`thread`: reminders of medium and low tickets stand in their thread too"),
    ),
)
PERSON = (
    Preference(
        key="language",
        kind=one_of(*LANGUAGES),
        default=fixed("your Slack's"),
        meaning=fixed("language in which you are spoken to"),
    ),
    HOURS,
    Preference(
        key="zone",
        kind=ZONE,
        default=fixed("your Slack's, else your team's"),
        meaning=fixed("your time zone"),
        kept=CALENDAR,
        column="zone",
    ),
    Preference(
        key="digest.time", kind=TIME, default=fixed("the workspace's"), meaning=fixed("when your daily digest comes")
    ),
    Preference(
        key="quiet",
        kind=QUIET,
        default=fixed("none"),
        meaning=fixed("hours of each day, or of the days named, in which nobody writes to you, besides those off work"),
    ),
    Preference(
        key="repository",
        kind=REPOSITORY,
        default=fixed("none"),
        meaning=fixed("the repository that I take where you name none and the place has none"),
    ),
    Preference(
        key="wake_for_critical",
        kind=ON_OFF,
        default="off",
        meaning=fixed("whether a critical ticket reaches you outside your hours"),
    ),
)
