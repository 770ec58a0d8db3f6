"""A simulated Vonage on one HTTP origin: its APIs, its calls and messages, its signed webhooks.

Start reading at `server` (how the parts are put together), then `account` (what it remembers) and `exchange`
(where calls happen).
"""

import importlib.util
import sys
from pathlib import Path

# NCCOs are validated by the types of the layer; on a laptop it lies beside us instead of on Lambda's path.
if importlib.util.find_spec("switchboard") is None:
    sys.path.append(str(Path(__file__).resolve().parents[1] / "layers" / "switchboard"))
