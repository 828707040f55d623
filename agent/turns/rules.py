"""placeholder until merged"""

import re

_ORDER = re.compile(r"\b(remind|assign|give|who|why|what|when|can|please|could)\b|\?", re.IGNORECASE)


def is_for_agent(text: str, *, has_ticket: bool, is_dm: bool) -> bool:
    return _ORDER.search(text) is not None
