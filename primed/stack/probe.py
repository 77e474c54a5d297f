"""Asks one address and leaves with 0 when it answers 200: the health check of a container without curl."""

import sys

from primed.stack.answering import responds

if __name__ == "__main__":
    sys.exit(0 if responds(sys.argv[1])() else 1)
