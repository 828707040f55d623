"""What a command is: one entry holds its words, its grammar, who may use it and what it does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from agent.desk import Desk
from agent.reply import Reply, text_reply
from bot.access import who_may
from bot.errors import UserError
from bot.events import Surface
from prompts.words import say
from storage.people import Person, Team
from storage.proposals import Proposal
from storage.tickets import Ticket

__all__ = ["OPTIONAL", "Reply", "Said", "Slot", "Verb", "text_reply"]  # all that a command is written with


class Slot(Enum):
    """One part of a command's grammar, in the words of its usage line."""

    TICKET = "CH-1"
    PEOPLE = "@someone"
    ASSIGNEES = "@someone|+@someone|auto"
    STATUS = "[open|in progress|resolved|closed] [<why>]"
    TEAM = "TEAM"
    REASON = "<reason>"
    TEXT = "<text>"
    FILTER = (
        "[mine|unassigned|overdue|stale|snoozed|waiting] [open|in progress|resolved|closed] [critical|high|medium|low]"
        ' [team:|assignee:|reporter:|component:|tag:X] [older:7d] ["<words>"] [sort:due|age|priority]'
    )
    VERB = "[verb]"
    CAN = "can VERB"
    NUMBER = "<number>"
    REPO = "list|connect|sync|disconnect [OWNER/NAME] [--channel #c] [--tickets label:NAME] [--hook] [--full]"
    SINCE = "[--since 2h] [--repo OWNER/NAME]"
    HOURS = "[team TEAM|workspace] [Mon-Fri 9-18] [Europe/Berlin] | default"
    HOLIDAY = "[team TEAM|workspace] [country DE [BE]|add DATE [<name>]|remove DATE]"
    WHEN = "1h|tomorrow|next Monday|DATE [exactly]|until activity [<why>]"
    SLA = "[team TEAM|set TEAM PRIORITY ack=1h resolve=2d clock=business|24x7|off|default]"
    JOBS = "[list|show|replay|discard|cancel]"
    OWNERSHIP = "[list|add path|component|label|keyword|channel PATTERN TEAM [@someone]|remove NUMBER|test TEXT]"
    WHOSE = "[@someone]"
    CAPACITY = "[5|off]"
    ROTATION = "[on|off]"
    UNTIL = "2026-12-01|monday|tomorrow|2h|3d|from monday until friday [cover @someone] [<note>]"
    WHY = "[not @someone]"
    GROUND = "[denied|reminded|silent|T-1]"
    TEAMS = "[show|create|rename|describe|delete|restore|set|member] [TEAM] [<more>]"
    PERSONS = "show|admin|set|unlinked|ask|import [@someone] [<more>]"
    ME = "[set KEY VALUE]"
    LOGIN = "github LOGIN"
    GITHUB = "github"
    GROUP = "[list|link|unlink|apply] [ORG/TEAM|@group] [TEAM|@group]"
    CHANNEL = (
        "[show|team TEAM|allow guests|external|agent|nobody|default|digest on|off [at 08:30]|language de"
        "|follow mention|threads|all|repo OWNER/NAME|tools read|own|all|approvals strict|balanced|open"
        "|instructions <text>|bots allow|deny B…|delegate OWNER/NAME @BOT|off|mute|unmute]"
    )
    SUMMARY = "[TEAM]"
    BUDGET = "[@someone|set request|person|workspace|@someone 200k|$5|default]"
    AGENT = "[pause|resume|status] [<why>]"

    MUTE = "CH-1|thread|@someone|team TEAM [for all] [until 1h|tomorrow|DATE]"
    UNMUTE = "CH-1|thread|@someone|team TEAM [for all]"
    DIGEST = "[now|at 08:30|on|off]"
    LAST = "[CH-1]"
    PRIORITY = "critical|high|medium|low [<why>]"
    WAIT = "[on @someone] <what>"
    FIELDS = "FIELD <value>"
    PROPOSAL = "P-1"
    OTHER = "of CH-2"
    HANDOVER = "@someone [<why>]|cancel"
    NOTE = "[<what>]"
    REMIND = "me|@someone|#channel|here to|about <what> WHEN"
    PROPOSALS = "[mine|team|all]"
    DAYS = "[14]"
    TURN = "T-1"
    AT_WORK = "[T-1]"
    FEEDBACK = "up|down [<why>]"
    ANSWER = "<question> <choice>"
    REMINDERS = "[cancel|done|decline|stop NUMBER|later|change NUMBER WHEN|block|unblock @someone]"


OPTIONAL = {Slot.LAST, Slot.FILTER, Slot.VERB, Slot.SINCE, Slot.HOURS, Slot.HOLIDAY, Slot.SLA, Slot.JOBS}
OPTIONAL |= {Slot.OWNERSHIP, Slot.WHOSE, Slot.CAPACITY, Slot.ROTATION, Slot.WHY, Slot.NOTE, Slot.GROUND}
OPTIONAL |= {Slot.TEAMS, Slot.ME, Slot.CHANNEL, Slot.DIGEST, Slot.GROUP, Slot.REMINDERS}
OPTIONAL |= {Slot.SUMMARY, Slot.BUDGET, Slot.AGENT, Slot.PROPOSALS, Slot.DAYS, Slot.AT_WORK}

ABOUT_A_TICKET = {Slot.TICKET, Slot.LAST}
EVERYWHERE: frozenset[Surface] = frozenset({"mention", "dm", "slash", "button", "form", "agent", "cli", "github"})
PRESSED: frozenset[Surface] = frozenset(
    {"slash", "button", "form", "cli"}
)  # where a line is a command, whatever it says


@dataclass(frozen=True, kw_only=True)
class Said:
    """A command understood: the verb's slots, filled and looked up.

    `proposal` is the one that a verb decides, or the approved one that this command carries out.
    """

    ticket: Ticket | None = None
    other: Ticket | None = None
    proposal: Proposal | None = None
    people: tuple[Person, ...] = ()
    team: Team | None = None
    status: str = ""
    priority: str = ""
    version: int | None = None  # of the ticket, when the button was made
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)  # field -> value
    cover: Person | None = None
    how: str = ""  # `+` adds the people, `auto` chooses one; else they take the place of others

    @property
    def the_ticket(self) -> Ticket:
        """The ticket of a verb whose grammar has one."""
        if self.ticket is None:
            raise UserError(say("Which ticket? Name it, as in `CH-12`."))
        return self.ticket

    @property
    def the_proposal(self) -> Proposal:
        """The proposal of a verb whose grammar has one."""
        if self.proposal is None:
            raise UserError(say("Which proposal? Name it, as in `P-3`."))
        return self.proposal


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One registry entry. `action` is what access.py decides on; `takes` is the grammar, in order.

    `inverse` names the verb that leads back; `no_inverse` says why there is none. `changes` are the fields of the
    ticket that it sets: such a change can be undone, and a button made before somebody else set them is refused.
    """

    name: str
    takes: tuple[Slot, ...]
    summary: str
    example: str
    action: str
    act: Callable[[Desk, Said], Awaitable[Reply]]
    another: str = ""  # example
    also: tuple[str, ...] = ()
    german: tuple[str, ...] = ()
    inverse: str = ""
    no_inverse: str = ""
    changes: tuple[str, ...] = ()
    who: str = ""  # may use it, where that says more than the rule of its action
    is_for_buttons: bool = False  # run by a button; works when typed, but help does not list it

    @property
    def surfaces(self) -> frozenset[Surface]:
        """The ways it may come: all, but a button's word is no message, and GitHub hears what is about a ticket."""
        if self.is_for_buttons:
            return PRESSED
        return EVERYWHERE if self.is_about_ticket else EVERYWHERE - {"github"}

    @property
    def is_about_ticket(self) -> bool:
        return not ABOUT_A_TICKET.isdisjoint(self.takes)

    @property
    def usage(self) -> str:
        return " ".join([self.name, *(slot.value for slot in self.takes)])

    @property
    def who_may(self) -> str:
        """The people it is for, in words."""
        return say(self.who) if self.who else who_may(self.action)

    @property
    def words(self) -> tuple[str, ...]:
        """All that it may be called, in any case."""
        return (self.name, *self.also, *self.german)

    @property
    def can_be_undone(self) -> bool:
        return bool(self.changes)

    @property
    def needs_reason(self) -> bool:
        return Slot.REASON in self.takes
