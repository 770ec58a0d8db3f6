"""Who a person is, to the stack's own memory: a pseudonym that nobody can turn back without the key.

It is an HMAC with a key of the stack's, in a secret of its own that stays when the stack goes. A plain hash
would be none: all numbers of a country are hashed in minutes.
"""

import functools
import hashlib
import hmac
import re

from switchboard.aws.secret import read_secret
from switchboard.environment import required
from switchboard.errors import SecretError
from switchboard.reading import msisdn

_TIMEOUT_S = 5
# As in 447700900111.0, which is a number to it.
_OF_A_SPREADSHEET = re.compile(r"(?<=[0-9]{7})\.0$")


def person_id(address: str) -> str:
    """The pseudonym of whoever has this number, e-mail address or other name.

    Raises:
        SecretError: the key can't be read.
    """
    return pseudonym(address, _key())


def pseudonym(address: str, key: bytes) -> str:
    """The same, with the key in hand."""
    return hmac.new(key, normal(address).encode(), hashlib.sha256).hexdigest()


def digits(text: str) -> str:
    """A phone number as Vonage writes it, however people do; what isn't one as it is."""
    bare = msisdn(_OF_A_SPREADSHEET.sub("", text.strip()))
    return bare if bare.isascii() and bare.isdecimal() else text


def normal(address: str) -> str:
    """A number in digits, however it is written; anything else without case and blanks around it."""
    found = digits(address)
    return found if found.isdecimal() else address.strip().casefold()


@functools.cache
def _key() -> bytes:
    name = required("SWITCHBOARD_PERSON_KEY")
    key = (read_secret(name, timeout_s=_TIMEOUT_S) or {}).get("key")
    if not isinstance(key, str) or len(key) < 32:
        raise SecretError(f"The secret {name} holds no key of 32 characters or more. template.yaml makes it.")
    return key.encode()
