"""Logs stay bounded, and the last words in them are the process's own."""

from pathlib import Path

from primed.stack import logs


def test_a_log_that_grew_too_large_begins_anew_and_keeps_one_older_part(tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 100)
        assert logs.bound(tmp_path, largest=200) == ["ingest.log"]
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "ingest.log.1").read_bytes() == b"old\n" * 100


def test_a_log_within_its_bound_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ingest.log").write_text("few words\n")
    assert logs.bound(tmp_path, largest=200) == []
    assert (tmp_path / "ingest.log").read_text() == "few words\n"


def test_last_words_leave_out_what_the_supervisor_said(tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    log.write_text('{"supervisor": "started"}\nno such table\n\n{"supervisor": "was ended by SIGKILL"}\n')
    assert logs.last_words(log) == "no such table"
    assert logs.last_words(tmp_path / "missing.log") == "none"


def test_last_words_are_the_errors_where_there_are_any(tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    log.write_text('{"event": "no-topic", "level": "error"}\n{"event": "stopping", "level": "info"}\n')
    assert logs.last_words(log) == '{"event": "no-topic", "level": "error"}'
