"""How many of a campaign's people have opted out by now, for whoever looks at it before it's started."""

import json

import boto3
from switchboard.campaigns.message import sender
from switchboard.campaigns.prepared import Prepared
from switchboard.reach.ledger import EVERYTHING
from switchboard.reach.people import pseudonym
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
            pseudonym(each.to, key): {sender(each.command), *each.command.get("ladder", ()), EVERYTHING}
            for each in prepared.recipients
            if each.command.get("purpose") != "transactional"
        }
        stopped = PersonTable().all_stopped([*senders])
    return sum(bool(of & senders[person]) for person, of in stopped.items())
