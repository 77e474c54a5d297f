"""Receiving a file: asked about first, kept whole, then looked into before it is taken on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from runtime.auth import Principal
from runtime.problems import Problem, wrong
from schemas.registry import instant
from services.ingest.api.covering import covered_by
from services.ingest.api.ports import KeptMapping, Mappings, Uploads
from services.ingest.domain.imports import Import
from services.ingest.domain.mapping import TABULAR, look_of, parse
from services.ingest.domain.rows import UnreadableFile
from services.ingest.domain.uploads import Overtaken, SpoolFull, TooLarge, WrongOffset

NEED_MAPPING = ("xes", *TABULAR)
MISMATCH = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
"""The type of problem that the draft on resumable uploads registers."""


class Asked(BaseModel):
    """What the sender says of the file."""

    model_config = ConfigDict(extra="forbid")

    format: str | None = Field(
        None,
        max_length=40,
        description="cloudevents, table, steps, cld or xes; seen from file and mapping if left out.",
    )
    mapping: str | None = Field(
        None,
        max_length=80,
        description="Name of the mapping, see GET /v1/mappings; left out, the one with the file's name.",
    )
    name: str = Field("", max_length=200, description="What people call this file.")
    as_of: str | None = Field(
        None,
        max_length=40,
        description="RFC 3339: the moment the export shows; a newer one then wins over an older.",
    )

    coverage: str | None = Field(
        None,
        max_length=120,
        pattern=r"^(all|none|reporting-period|[a-z_]+:(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?)$",
        description="Which items the file would hold if they existed: all, none, those whose date in a field "
        "lies in days, as received:2026-04-01..2027-03-31, or the return's own reporting-period; left out, "
        "what the mapping says.",
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What a sender tells of a file that comes in parts: its bytes and its SHA-256, 0 and blank if untold."""

    size: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes uploads in. `chunks` unpacks, `format_of` knows a format by its first bytes."""

    uploads: Uploads
    mappings: Mappings
    formats: Collection[str]
    chunks: Callable[[BinaryIO], Iterator[bytes]]
    format_of: Callable[[bytes], str | None]
    new_id: Callable[[], str]
    clock: Callable[[], dt.datetime]
    place: str

    async def begun(
        self, asked: Asked, who: Principal, asked_as: str | None = None, told: Told | None = None
    ) -> Import:
        """A new import whose file is on its way; raises what can be told without the file."""
        self._check_asked(asked)
        mapping = await self._named(asked, who)
        covered = None if mapping is None else covered_by(mapping, asked.coverage, asked.as_of)
        told = told or Told()
        with _refusing():
            self.uploads.check(told.size)
        return Import(
            id=self.new_id(),
            tenant=who.tenant,
            name=asked.name.strip(),
            format=asked.format or "",
            mapping=asked.mapping,
            mapping_text=None,
            as_of=asked.as_of,
            coverage=covered,
            packed_bytes=told.size,
            place=self.place,
            sent_by=who.subject,
            created_at=self.clock(),
            state="uploading",
            digest=told.digest,
            asked_as=asked_as,
            asked=asked.model_dump_json(exclude_none=True, exclude_defaults=True),
        )

    async def receive(
        self, request: Request, asked: Asked, who: Principal, asked_as: str | None = None
    ) -> Import:
        """The file as a new import, its upload on disk; a problem leaves nothing behind."""
        job = await self.begun(asked, who, asked_as, Told(length_of(request)))
        with _refusing():
            size, digest = await self.uploads.keep(job.id, request.stream())
        return await self.settled(replace(job, packed_bytes=size, digest=digest), who)

    async def append(self, job: Import, offset: int, request: Request) -> int:
        """The next part of a file; answers how much of it has arrived, also where the part breaks off."""
        with _refusing():
            self.uploads.check(max(job.packed_bytes, offset + length_of(request)) - offset)
            return await self.uploads.append(job.id, offset, request.stream())

    async def whole(self, job: Import, who: Principal) -> Import:
        """A file that came in parts, with nothing missing, as an import that waits for its turn."""
        size, digest = await self.uploads.whole(job.id)
        if job.packed_bytes not in (0, size):
            raise wrong(
                f"{job.packed_bytes:,} bytes were told and {size:,} have come; send the file again.",
                field="Upload-Length",
            )
        if job.digest not in ("", digest):
            raise wrong("The file is not the one whose digest was told; send it again.", field="Repr-Digest")
        return await self.settled(replace(job, packed_bytes=size, digest=digest), who)

    async def settled(self, job: Import, who: Principal) -> Import:
        """What the import of a file that is here goes by; where it cannot be taken the file is dropped."""
        asked = Asked.model_validate_json(job.asked or "{}")
        try:
            mapping = await self._named(asked, who)
            form = self._form(job.id, asked)
            mapping = await self._fitting(mapping, form, asked, who)
            said = None if mapping is None else parse(mapping.body)
            covered = covered_by(mapping, asked.coverage, asked.as_of)
        except BaseException:
            self.uploads.drop(job.id)
            raise
        return replace(
            job,
            name=job.name or f"{form} file",
            format=form if said is None else said.format,
            source=None if said is None else said.source,
            mapping=None if mapping is None else mapping.name,
            mapping_text=None if mapping is None else mapping.body,
            coverage=covered,
            place=self.place,
            state="queued",
        )

    def _check_asked(self, asked: Asked) -> None:
        if asked.format is not None and asked.format not in self.formats:
            known = ", ".join(sorted(self.formats))
            raise wrong(f"Format {asked.format!r} is not known; known are {known}.", field="format")
        if asked.as_of is not None:
            try:
                instant(asked.as_of)
            except ValueError as error:
                raise wrong(f"as_of is no RFC 3339 time with offset: {error}.", field="as_of") from error

    async def _named(self, asked: Asked, who: Principal) -> KeptMapping | None:
        if asked.mapping is None:
            return None
        mapping = await self.mappings.find(who.tenant, asked.mapping)
        if mapping is None:
            raise wrong(f"Mapping {asked.mapping!r} is not known; see GET /v1/mappings.", field="mapping")
        return mapping

    def _form(self, job_id: str, asked: Asked) -> str:
        """The file's format, when what was asked and its first bytes agree."""
        seen = self._seen(job_id)
        form = asked.format or seen
        if form is None:
            raise wrong(
                "The file shows no known format: it is neither XML nor JSON, and its first row has no comma, "
                "semicolon, tab or bar between names of columns. Is it the right one? Else name ?format=.",
                field="format",
            )
        if seen is not None and look_of(seen) != look_of(form):
            raise wrong(f"The file looks like {seen}, not like {form}; leave ?format= out.", field="format")
        return form

    async def _fitting(
        self, mapping: KeptMapping | None, form: str, asked: Asked, who: Principal
    ) -> KeptMapping | None:
        """The mapping for this format; left out, the one with the file's name, or with the format's own."""
        if mapping is None and form in NEED_MAPPING:
            known = [one for one in await self.mappings.all(who.tenant) if _may_read(one, form, asked)]
            stem = asked.name.strip().lower().partition(".")[0]
            mapping = next((one for name in (stem, form) for one in known if one.name == name), None)
            if mapping is None:
                names = ", ".join(one.name for one in known)
                raise wrong(f"A file in {form} needs ?mapping=; there are: {names}.", field="mapping")
        if mapping is not None and not _fits(parse(mapping.body).format, form, asked):
            raise wrong(
                f"Mapping {mapping.name!r} is for {parse(mapping.body).format}, it is not for files in {form}"
                ", as this one. Is it the right file?",
                field="mapping",
            )
        return mapping

    def _seen(self, job_id: str) -> str | None:
        try:
            with self.uploads.open(job_id) as file:
                first = next(self.chunks(file), b"")
            if not first.strip():
                raise wrong("The file is empty.", field="body")
            return self.format_of(first)
        except UnreadableFile as error:
            raise wrong(str(error), field="body") from error


def _may_read(mapping: KeptMapping, form: str, asked: Asked) -> bool:
    """Whether a mapping that was not named may be meant: a table may be of any format that looks like one."""
    mapped = parse(mapping.body).format
    return mapped == form or (form == "table" and asked.format is None and look_of(mapped) == form)


def _fits(mapped: str, form: str, asked: Asked) -> bool:
    """Whether a mapping's format is the one that was asked for, or that the file looks like."""
    return mapped == asked.format if asked.format else look_of(mapped) == look_of(form)


def length_of(request: Request) -> int:
    """The bytes that a request says its body has; 0 where it does not say."""
    told = request.headers.get("content-length", "0")
    return int(told) if told.isdigit() else 0


@contextmanager
def _refusing() -> Iterator[None]:
    """Why a body cannot be kept, in HTTP's words."""
    try:
        yield
    except TooLarge as error:
        raise Problem(
            413, "Too large", "The file is larger than an import may be; pack or split it."
        ) from error
    except SpoolFull as error:
        raise Problem(
            503,
            "Too much at once",
            "The folder of uploads is full; repeat this when running imports have ended.",
            headers={"Retry-After": "30"},
        ) from error
    except WrongOffset as error:
        raise Problem(
            409,
            "Another part is due",
            f"{error} Send the rest from there.",
            headers={"Upload-Offset": str(error.offset)},
            type=MISMATCH,
            **{"expected-offset": error.offset},
        ) from error
    except Overtaken as error:
        raise Problem(409, "Sent elsewhere", "Another request goes on with this upload.") from error
    except ClientDisconnect as error:
        raise Problem(400, "The request cannot be read", "The upload ended early; send it again.") from error
