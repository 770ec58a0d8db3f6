"""What somebody is told when a question went unanswered, in the language of the dialog."""

SILENCE = {
    "en": "Sorry, I didn't hear anything.",
    "de": "Ich habe leider nichts gehört.",
    "es": "Lo siento, no he oído nada.",
    "fr": "Désolé, je n'ai rien entendu.",
    "it": "Mi dispiace, non ho sentito nulla.",
    "nl": "Sorry, ik heb niets gehoord.",
}
NONSENSE = {
    "en": "Sorry, that didn't work.",
    "de": "Das hat leider nicht geklappt.",
    "es": "Lo siento, eso no ha funcionado.",
    "fr": "Désolé, cela n'a pas fonctionné.",
    "it": "Mi dispiace, non ha funzionato.",
    "nl": "Sorry, dat lukte niet.",
}
GOODBYE = {
    "en": "We are sorry, we cannot help you this way.",
    "de": "So kommen wir leider nicht weiter.",
    "es": "Lo sentimos, así no podemos ayudarle.",
    "fr": "Désolé, nous ne pouvons pas vous aider ainsi.",
    "it": "Ci dispiace, così non possiamo aiutarla.",
    "nl": "Sorry, zo kunnen we u niet helpen.",
}
NOT_UNDERSTOOD = {
    "en": "Sorry, I didn't understand that.",
    "de": "Das habe ich leider nicht verstanden.",
    "es": "Lo siento, no lo he entendido.",
    "fr": "Désolé, je n'ai pas compris.",
    "it": "Mi dispiace, non ho capito.",
    "nl": "Sorry, dat begreep ik niet.",
}
# On the button that opens a list.
CHOOSE = {
    "en": "Choose",
    "de": "Auswählen",
    "es": "Elegir",
    "fr": "Choisir",
    "it": "Scegli",
    "nl": "Kiezen",
}


def in_language(sentences: dict[str, str], language: str | None) -> str:
    """A sentence in a language such as `de-DE`; in English where there is none."""
    return sentences.get((language or "en")[:2].lower(), sentences["en"])
