"""A simulated Vonage on one HTTP origin: its APIs, its calls and messages, its signed webhooks.

Start reading at `server` (how the parts are put together), then `account.account` (what it remembers)
and `calls.running` (how a call goes).
"""

import importlib.util
import sys
from pathlib import Path

# What travels is checked by the types of `switchboard.wire`. Where we are installed, so are they; in this
# repository they lie in the layer, and whoever imports us from a checkout need not know where that is.
_LAYER = Path(__file__).resolve().parents[1] / "layers" / "switchboard"
if importlib.util.find_spec("switchboard") is None and _LAYER.is_dir():
    sys.path.append(str(_LAYER))
