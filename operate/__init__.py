"""What an operator does with a deployed stack, one command each: `docs/operations.md`.

Everything here talks to the account of boto3's default session, as the AWS CLI does. AWS_ENDPOINT_URL points
it at the embedded AWS.
"""

import sys

from operate.paths import LAYER

# On Lambda `switchboard` comes from the layer; here it is a folder of the project.
sys.path.append(str(LAYER))
