"""How long something took, as people say it."""

from datetime import timedelta

from prompts.words import fixed, say, say_of


def in_words(span: timedelta) -> str:
    """Minutes below an hour, hours and minutes below a day, then days and hours."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 1:
        return say("less than a minute")
    if minutes < 60:
        return say("{minutes} min", minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        hm = fixed("{hours} h {minutes} min") if minutes else fixed("{hours} h")
        return say(hm, hours=hours, minutes=minutes)
    days, hours = divmod(hours, 24)
    counted = say_of(days, "1 day", "{count} days")
    return f"{counted} {say('{hours} h', hours=hours)}" if hours else counted
