"""``python -m wengert``: the tour."""

from __future__ import annotations

import sys

from .tour.run import main

if __name__ == "__main__":
    sys.exit(main())
