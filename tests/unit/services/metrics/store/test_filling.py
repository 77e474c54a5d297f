"""What Postgres will not keep is said as such, so that a rebuild stops at once with a sentence."""

from __future__ import annotations

import asyncpg
import pytest

from services.metrics.flow import CannotKeep
from services.metrics.store.filling import refused


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (asyncpg.DiskFullError("no space"), "53100 DiskFullError"),
        (asyncpg.OutOfMemoryError("no memory"), "53200 OutOfMemoryError"),
        (asyncpg.CharacterNotInRepertoireError("bad"), "22021 CharacterNotInRepertoireError"),
    ],
)
def test_a_full_disk_and_a_wrong_text_are_what_cannot_be_kept(error: Exception, said: str) -> None:
    with pytest.raises(CannotKeep, match=f"^Postgres cannot keep it: {said}.$"), refused():
        raise error


def test_any_other_trouble_stays_what_it_is() -> None:
    with pytest.raises(asyncpg.UndefinedTableError), refused():
        raise asyncpg.UndefinedTableError("gone")
