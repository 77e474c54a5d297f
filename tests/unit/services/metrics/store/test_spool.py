"""What is laid aside comes back as it was."""

from __future__ import annotations

from services.metrics.store.spool import Spool


def test_a_spool_gives_back_what_was_kept_in_its_order_and_forgets_it() -> None:
    with Spool[str]() as spool:
        for number in range(100):
            spool.keep("odd" if number % 2 else "even", bytes([number]) * 200_000)
        assert set(spool.kept()) == {"odd", "even"}
        assert [body[:1] for body in spool.take("odd")] == [bytes([number]) for number in range(1, 100, 2)]
        assert list(spool.take("odd")) == []
        assert spool.kept() == ["even"]
