"""Where the local stage keeps its things: under .local in the project, to be deleted at any time."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
STATE = LOCAL / "state.json"
LOGS = LOCAL / "logs"
SAM = LOCAL / "sam" / "bin" / "sam"
AWS_PYTHON = LOCAL / "aws" / "bin" / "python"
UV = LOCAL / "uv" / "bin"
