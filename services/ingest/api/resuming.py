"""Uploads in parts: begun, gone on with where they broke off, and whole in the end.

After the IETF's draft "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload), without its interim
responses: an import is made by a POST with `Upload-Complete: ?0`, HEAD tells its `Upload-Offset`, PATCH sends
what is missing, and the answer to the last part is what one POST of the whole file would have been answered.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response

from runtime.auth import Principal, needs
from runtime.problems import Problem, wrong
from services.ingest.api.bodies import media_type
from services.ingest.api.described import problems
from services.ingest.api.desk import MISSING, READERS, SENDERS, Desk, described, earlier, found
from services.ingest.api.uploading import Asked, Told
from services.ingest.domain.imports import Import

PART = "application/partial-upload"
NOT_YET, WHOLE = "?0", "?1"
ELSEWHERE = "Another ingest keeps the parts of this upload: send them there."

Complete = Annotated[
    str | None,
    Header(
        alias="Upload-Complete",
        pattern=r"^\?[01]$",
        description="?0: more parts will follow; ?1: this is the last.",
    ),
]
Length = Annotated[
    int | None, Header(alias="Upload-Length", ge=0, lt=2**50, description="Bytes of the whole file.")
]
Digest = Annotated[
    str | None,
    Header(
        alias="Repr-Digest",
        max_length=400,
        description="sha-256=:…: of the whole file (RFC 9530), against which it is held in the end.",
    ),
]
Offset = Annotated[
    int, Header(alias="Upload-Offset", ge=0, lt=2**50, description="The byte at which this part begins.")
]


async def begin(
    desk: Desk, request: Request, asked: Asked, who: Principal, asked_as: str | None, told: Told
) -> JSONResponse:
    """Make an import whose file comes in parts; the body, if any, is the first."""
    job = await desk.receiver.begun(asked, who, asked_as, told)
    if not await desk.imports.add(job):
        job = await earlier(desk, job)
        if job.state != "uploading":
            return answered(desk, job, replayed=True)
        _check_here(desk, job)
    else:
        await desk.receiver.append(job, 0, request)
    return JSONResponse(described(desk, job), 201, {"Location": f"/v1/imports/{job.id}", **_stand(desk, job)})


def told_of(length: int | None, digest: str | None) -> Told:
    """What the headers say of the whole file."""
    return Told(length or 0, "" if digest is None else _sha256(digest))


def answered(desk: Desk, job: Import, *, replayed: bool = False) -> JSONResponse:
    """An import whose file is here."""
    headers = {"Location": f"/v1/imports/{job.id}"}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    return JSONResponse(described(desk, job), 202, headers)


def routes_of(routes: APIRouter, desk: Desk) -> None:
    """The routes by which an upload goes on."""

    @routes.head(
        "/v1/imports/{import_id}",
        status_code=204,
        summary="How much of an upload has arrived: Upload-Offset.",
        responses=problems({**MISSING, 421: ELSEWHERE}),
    )
    async def head_import(import_id: str, who: Principal = needs(*READERS)) -> Response:
        job = await found(desk, who, import_id)
        _check_here(desk, job)
        return Response(None, 204, {"Cache-Control": "no-store", **_stand(desk, job)})

    @routes.patch(
        "/v1/imports/{import_id}",
        status_code=202,
        summary="Send the next part of an upload; with Upload-Complete: ?1 the last.",
        responses=problems(PROBLEMS),
        openapi_extra={"requestBody": REQUEST_BODY},
    )
    async def patch_import(
        request: Request,
        import_id: str,
        offset: Offset,
        complete: Complete = None,
        who: Principal = needs(*SENDERS),
    ) -> Response:
        if media_type(request) != PART:
            raise Problem(415, "Wrong type of body", f"Send a part of a file as {PART}.")
        job = await found(desk, who, import_id)
        if job.state != "uploading":
            return _over(desk, job, offset)
        _check_here(desk, job)
        await desk.receiver.append(job, offset, request)
        if complete != WHOLE:
            return Response(None, 204, _stand(desk, job))
        return await _finish(desk, job, who)


async def _finish(desk: Desk, job: Import, who: Principal) -> JSONResponse:
    """All parts are here: the import waits for its turn, or is over because its file cannot be taken."""
    try:
        whole = await desk.receiver.whole(job, who)
    except Problem as problem:
        await desk.imports.end(job, "failed", str(problem.detail))
        desk.uploads.drop(job.id)
        raise
    first = await desk.imports.arrive(whole)
    desk.call()
    return answered(desk, await found(desk, who, job.id), replayed=not first)


def _check_here(desk: Desk, job: Import) -> None:
    """Parts lie on the disk of the ingest that took the first; another must not begin a file of its own."""
    if job.state == "uploading" and job.place != desk.receiver.place:
        raise Problem(
            421,
            "Kept by another ingest",
            "The parts of this upload lie at another ingest. Send each to the ingest where it began (behind "
            "a load balancer: let a sender always reach the same one), or cancel it and send the file anew.",
        )


def _over(desk: Desk, job: Import, offset: int) -> Response:
    """A part of an upload that has arrived already: the answer to the last part may have been lost."""
    if job.state == "cancelled" or offset != job.packed_bytes:
        raise Problem(409, "The upload is over", f"This import is {job.state}; send the file as a new one.")
    return answered(desk, job, replayed=True)


def _stand(desk: Desk, job: Import) -> dict[str, str]:
    uploading = job.state == "uploading"
    stand = {
        "Upload-Complete": NOT_YET if uploading else WHOLE,
        "Upload-Offset": str(desk.uploads.size(job.id) if uploading else job.packed_bytes),
    }
    return {**stand, "Upload-Length": str(job.packed_bytes)} if job.packed_bytes else stand


def _sha256(said: str) -> str:
    """The SHA-256 of a digest field, in hexadecimal digits; blank where it names only others."""
    for part in said.split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == "sha-256":
            try:
                digest = base64.b64decode(value.strip().strip(":"), validate=True)
            except binascii.Error:
                digest = b""
            if len(digest) != 32:
                raise wrong("Write the digest as sha-256=:<base64>:.", field="Repr-Digest")
            return digest.hex()
    return ""


REQUEST_BODY = {
    "required": True,
    "description": "The bytes of the file from Upload-Offset on.",
    "content": {PART: {"schema": {"type": "string", "format": "binary"}}},
}
PROBLEMS = {
    **MISSING,
    409: "Another part is due: Upload-Offset says from where. Or the upload is over.",
    413: "The file is too large.",
    415: "The part must be sent as application/partial-upload.",
    421: ELSEWHERE,
    503: "The folder of uploads is full: repeat after `Retry-After` seconds.",
}
