"""`python -m switchboard.timeline [ID]`: the latest calls and messages, or one of them."""

import sys

from switchboard.timeline.view import main

if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]) + "\n")
