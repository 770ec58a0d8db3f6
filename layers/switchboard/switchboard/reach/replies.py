"""What people are answered who opt out, opt in again or ask for help: in the language of their word.

The stack's parameters StopReply, StartReply and HelpReply give other texts, `-` none.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import Any

REPLIES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "stop": "You are unsubscribed and will get no more messages from us. Reply START to get them again.",
        "start": "You will get our messages again. Reply STOP to get no more.",
        "help": "Reply STOP to get no more messages from us, START to get them again.",
    },
    "fr": {
        "stop": "Vous ne recevrez plus nos messages. Répondez START pour les recevoir à nouveau.",
        "help": "Répondez ARRET pour ne plus recevoir nos messages, START pour les recevoir à nouveau.",
    },
    "de": {
        "stop": "Sie erhalten keine Nachrichten mehr von uns. Mit START erhalten Sie sie wieder.",
        "help": "Mit HALT erhalten Sie keine Nachrichten mehr von uns, mit START wieder.",
    },
    "es": {
        "stop": "No recibirá más mensajes nuestros. Responda START para volver a recibirlos.",
        "help": "Responda DETENER para no recibir más mensajes nuestros, START para volver a recibirlos.",
    },
    "pt": {
        "stop": "Não receberá mais mensagens nossas. Responda START para voltar a recebê-las.",
        "help": "Responda PARAR para não receber mais mensagens, START para voltar a recebê-las.",
    },
    "it": {
        "stop": "Non riceverà più i nostri messaggi. Risponda START per riceverli di nuovo.",
        "help": "Risponda FERMA per non ricevere più i nostri messaggi, START per riceverli di nuovo.",
    },
    "nl": {
        "stop": "U krijgt geen berichten meer van ons. Antwoord START om ze weer te krijgen.",
        "help": "Antwoord STOP om geen berichten meer te krijgen, START om ze weer te krijgen.",
    },
    "pl": {
        "stop": "Nie będziemy już wysyłać wiadomości. Odpowiedz START, aby znów je otrzymywać.",
        "help": "Odpowiedz ZATRZYMAJ, aby nie otrzymywać wiadomości, START, aby znów je otrzymywać.",
    },
    "ru": {
        "stop": "Вы больше не получите наших сообщений. Ответьте START, чтобы получать их снова.",
        "help": "Ответьте ОСТАНОВИТЬ, чтобы не получать сообщений, START, чтобы получать их снова.",
    },
}


def reply(wish: str, language: str) -> str:
    """The text for a wish, empty where nobody is to be answered.

    Args:
        wish: `stop`, `start` or `help`.
        language: of the word; of one that isn't known, English.
    """
    given = os.environ.get(f"SWITCHBOARD_{wish.upper()}_REPLY", "")
    if given:
        return "" if given == "-" else given
    return REPLIES.get(language, {}).get(wish) or REPLIES["en"][wish]


def is_answered(wish: str, channel: str) -> bool:
    """Whether we answer a wish: not where Vonage does, and not where the owner wants no answer."""
    by_vonage = os.environ.get("SWITCHBOARD_OPT_OUT_ASSIST") == "true" and channel in ("sms", "mms")
    return not by_vonage and bool(reply(wish, "en"))


def command(cause: str, wish: str, heard: Mapping[str, str], person: str) -> dict[str, Any]:
    """The command that answers a wish: to whoever has just opted out, too, so it is marked.

    Args:
        cause: what it answers; the same cause is answered once.
        wish: as above.
        heard: the `channel`, `sender` and `language` of the word.
        person: who sent it.
    """
    return {
        "id": hashlib.sha256(f"{cause}\n{wish}".encode()).hexdigest(),
        "name": "messages.send",
        "purpose": "transactional",
        "detail": {
            "channel": heard["channel"],
            "message_type": "text",
            "to": person,
            "from": heard["sender"],
            "text": reply(wish, heard["language"]),
        },
    }
