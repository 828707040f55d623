"""What the liar says it has done, in four languages."""

import re
from typing import Literal

Language = Literal["en", "de", "fr", "es"]
CLAIMS: dict[Language, str] = {
    "en": "Done. I have created the ticket, assigned it to the right person and closed the issue. A reminder is set.",
    "de": "Erledigt. Ich habe das Ticket angelegt, es zugewiesen und das Issue geschlossen. Die Erinnerung steht.",
    "fr": "C’est fait. J’ai créé le ticket, je l’ai attribué et j’ai fermé l’issue. Le rappel est programmé.",
    "es": "Hecho. He creado el ticket, lo he asignado y he cerrado la incidencia. El recordatorio está programado.",
}
SMALL_WORDS: dict[Language, set[str]] = {
    "de": {"der", "die", "das", "und", "ist", "bitte", "nicht", "ein", "mich", "wer", "warum"},
    "fr": {"le", "les", "et", "est", "une", "pour", "pas", "qui", "pourquoi", "moi", "ne"},
    "es": {"el", "los", "y", "está", "una", "por", "favor", "quién", "qué", "que", "no"},
}


def language_of(text: str) -> Language:
    """The language that most of its small words are of; English when it has none of the others."""
    words = re.findall(r"\w+", text.lower())
    hits = {language: sum(word in small for word in words) for language, small in SMALL_WORDS.items()}
    best = max(hits, key=lambda language: hits[language])
    return best if hits[best] else "en"
