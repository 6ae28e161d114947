"""The action server: Rasa's own, on loopback, without the words of users in its log."""

from __future__ import annotations

import sys

from rasa_sdk.__main__ import main

if __name__ == "__main__":
    sys.argv[1:] = ["--actions", "actions", *sys.argv[1:]]
    main()
