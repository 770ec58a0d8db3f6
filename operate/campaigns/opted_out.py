"""How many of a campaign's people have opted out by now, for whoever looks at it before it's started."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from switchboard.campaigns.prepared import Prepared
from switchboard.reach.ledger import EVERYTHING
from switchboard.reach.people import normal, pseudonym
from switchboard.reach.person_table import PersonTable

from operate.campaigns.runs import Campaigns, asking


def count(those: Campaigns, prepared: Prepared) -> int:
    """How many wouldn't be sent to at this moment.

    Raises:
        OperatorError: AWS refused.
    """
    with asking("look up who has opted out"):
        secret = boto3.client("secretsmanager").get_secret_value(SecretId=those.stack.id_of("PersonKey"))
        key = json.loads(secret["SecretString"])["key"].encode()
        senders = {
            pseudonym(each.to, key): _sender(each.command)
            for each in prepared.recipients
            if each.command.get("purpose") != "transactional"
        }
        stopped = PersonTable().all_stopped([*senders])
    return sum(bool(of & {EVERYTHING, senders[person]}) for person, of in stopped.items())


def _sender(command: Mapping[str, Any]) -> str:
    sender = command["detail"].get("from", "")
    return normal(sender.get("number", "") if isinstance(sender, dict) else sender)
