"""`Custom::CredentialsCheck`: the account's two secrets are there before a webhook's function is touched.

In release 0.1 there was one. An upgrade that came upon that one alone would leave functions that can verify
nothing, so it stops here; whoever deploys is told the command that writes both.
"""

from itertools import chain

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import ProvisionerError
from provisioner.resources.tools import Tools
from provisioner.world import credentials

TYPE = "Custom::CredentialsCheck"
# A role that was made just now is not known everywhere; to it, a secret that is there seems to be missing.
PAUSES_S = (2.0, 4.0, 8.0)


def handle(request: Request, tools: Tools) -> Answer:
    """See on Create that both secrets are there and of one account.

    An Update is to secrets of another name, or the way back from one, which must not fail. What comes after
    it needs them, too.

    Raises:
        ProvisionerError: they aren't; the text says how to write them.
    """
    if request.type == "Create":
        _wait_for_both(tools, str(request.properties.get("CredentialsSecret") or ""))
    return Answer("SUCCESS", request.answer_id)


def _wait_for_both(tools: Tools, name: str) -> None:
    for pause in chain(PAUSES_S, [0.0]):
        try:
            credentials.refuse_two_accounts(tools.secrets, name)
        except ProvisionerError as error:
            if error.code != "CREDENTIALS_MISSING" or not pause or pause > tools.deadline.remaining():
                raise
            tools.deadline.pause(pause)
        else:
            return
