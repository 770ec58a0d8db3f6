"""What an operator does with a deployed stack, one command each: `docs/operations.md`.

Everything here talks to the account and Region that the stage names in samconfig.toml, else to those of the
AWS CLI. AWS_ENDPOINT_URL points it at the embedded AWS.
"""

import sys

from operate.paths import LAYER

# On Lambda `switchboard` comes from the layer; here it is a folder of the project.
sys.path.append(str(LAYER))
