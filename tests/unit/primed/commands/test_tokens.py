"""How long a token lasts is said in plain words."""

from pathlib import Path

import pytest

from primed.commands.tokens import seconds, token
from primed.trouble import Trouble


def test_a_token_that_no_service_would_take_is_not_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRIMED_HOME", str(tmp_path))
    monkeypatch.setenv("PRIMED_BIND", "0.0.0.0")
    with pytest.raises(Trouble, match="local tokens are not taken"):
        token("operator")
    monkeypatch.setenv("PRIMED_OIDC_ISSUER", "https://login.example.org")
    with pytest.raises(Trouble, match=r"login\.example\.org"):
        token("operator")


def test_an_unknown_role_is_refused_with_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRIMED_HOME", str(tmp_path))
    with pytest.raises(Trouble, match="There is no role 'boss'"):
        token("boss")


@pytest.mark.parametrize(("text", "number"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("7D", 604800)])
def test_lengths_of_time(text: str, number: int) -> None:
    assert seconds(text) == number


@pytest.mark.parametrize("text", ["", "1", "h", "0h", "-1h", "1.5h", "1w", "400d", "99999999d"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(Trouble, match="Give"):
        seconds(text)
