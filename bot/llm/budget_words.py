"""What is said of a budget: how much is used of it, when it starts again, and why a call has no room in it."""

from collections.abc import Mapping

from bot.llm.accounts import Kind, Standing
from bot.prices import MILLION
from prompts.words import fixed, say

NAMES: Mapping[Kind, str] = {
    "turn": fixed("this request"),
    "person": fixed("this person today"),
    "workspace": fixed("the workspace today"),
}


def no_room(standing: Standing) -> str:
    """Which budget, how much of it is used, when it starts again and who may raise it; it fits the card."""
    text = fixed(
        "no model budget is left for {whose}: {used}; {resets}; admins may raise it with `budget set`; commands work"
        " as ever"
    )
    return say(text, whose=say(NAMES[standing.kind]), used=used(standing), resets=resets(standing))


def resets(standing: Standing) -> str:
    """When there is room again."""
    if standing.kind == "turn":
        return say("a new request has one of its own")
    at = standing.day.ends
    return say("it starts again at {at} {zone}", at=f"{at:%H:%M}", zone=standing.day.zone.key)


def used(standing: Standing) -> str:
    """ "1.2M of 10M tokens", with the money where a limit or a price is known."""
    entry, limit = standing.entry, standing.limit
    tokens = say("{used} of {most} tokens", used=short(entry.tokens), most=short(limit.tokens))
    if limit.money is not None:
        return say("{tokens}, {used} of {most}", tokens=tokens, used=dollars(entry.money), most=dollars(limit.money))
    return f"{tokens}, {dollars(entry.money)}" if entry.money else tokens


def short(tokens: int) -> str:
    """12345 as 12.3k."""
    for size, unit in ((MILLION, "M"), (1000, "k")):
        if tokens >= size:
            return f"{int(tokens * 10 / size) / 10:g}{unit}"  # rounded down: 9.99M of 10M is not all of it
    return str(tokens)


def dollars(money: int) -> str:
    """Millionths of a US dollar, as people write them."""
    usd = money / MILLION
    return f"${usd:,.2f}" if usd >= 1 or not money else f"${usd:.4f}".rstrip("0")


def no_price(standing: Standing, model: str) -> str:
    """Why nobody can tell whether there is room."""
    text = fixed(
        "the model budget for {whose} is in US dollars, and what {model} costs is not known: its price belongs into"
        " CHARGEHAND_PRICES; commands work as ever"
    )
    return say(text, whose=say(NAMES[standing.kind]), model=model)
