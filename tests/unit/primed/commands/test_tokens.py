"""How long a token lasts is said in plain words."""

import pytest

from primed.commands.tokens import seconds
from primed.trouble import Trouble


@pytest.mark.parametrize(("text", "number"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("7D", 604800)])
def test_lengths_of_time(text: str, number: int) -> None:
    assert seconds(text) == number


@pytest.mark.parametrize("text", ["", "1", "h", "0h", "-1h", "1.5h", "1w", "400d", "99999999d"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="Give"):
        seconds(text)
