"""Whether something answers at an address."""

import urllib.error
import urllib.request
from collections.abc import Callable


def responds(url: str) -> Callable[[], bool]:
    """A check that a service answers 200 there; any failure means: not yet."""

    def check() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - made by Place, always http
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError, ValueError):
            return False

    return check
