"""Where things are: in the project, and under .local, which can be deleted at any time."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app"  # the stack beside ours, which is the user's
LAYER = ROOT / "layers" / "switchboard"
LOCAL = ROOT / ".local"
LOGS = LOCAL / "logs"
STATE = LOCAL / "state.json"  # what `make up` started
SAM = LOCAL / "sam" / "bin" / "sam"
UV = LOCAL / "uv" / "bin"
