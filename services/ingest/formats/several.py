"""Several tables in one file: the CSV files of a .zip, or the sheets of a workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath

from services.ingest.domain.rows import UnreadableFile
from services.ingest.formats import delimited, workbook
from services.ingest.formats.opening import CHUNK

Cells = Sequence[str]
Tables = Mapping[str, Callable[[], Iterator[Cells]]]
"""Tables by their names in small letters, without endings; each can be read again from its beginning."""


@contextmanager
def tables(chunks: Iterator[bytes], encoding: str | None, delimiter: str | None) -> Iterator[Tables]:
    """The tables of a packed file, as long as they are read. Raises `UnreadableFile`."""
    with workbook.kept(chunks) as file:
        with zipfile.ZipFile(file) as packed:
            parts = [one for one in packed.infolist() if not one.is_dir()]
            if not workbook.is_workbook(packed):
                members = {
                    _name(one.filename): partial(_rows, packed, one, encoding, delimiter) for one in parts
                }
                yield members
                return
        file.seek(0)
        with workbook.opened(file) as book:
            yield {name.casefold(): partial(workbook.rows_of, book, name) for name in book.sheetnames}


def _name(path: str) -> str:
    return PurePosixPath(path).name.partition(".")[0].casefold()


def _rows(
    packed: zipfile.ZipFile, part: zipfile.ZipInfo, encoding: str | None, delimiter: str | None
) -> Iterator[Cells]:
    try:
        with packed.open(part) as member:
            yield from delimited.rows(iter(lambda: member.read(CHUNK), b""), encoding, delimiter)
    except (zipfile.BadZipFile, EOFError) as error:
        raise UnreadableFile(f"{part.filename} is damaged in the .zip; pack it again and send it.") from error
    except RuntimeError as error:  # zipfile's word for a password, and for a way of packing unknown to it
        raise UnreadableFile(
            f"{part.filename} is locked with a password or packed in an unusual way; pack it plainly."
        ) from error
