"""The session: a token in a cookie that scripts cannot read, and a form token only its holder can know."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from fastapi import Request, Response

from runtime.http import Problem

FORM_FIELD = "form_token"


def cookie_name(request: Request) -> str:
    """One name a port, for browsers share cookies between the ports of a machine; `__Host-` under TLS."""
    name = f"primed_session_{request.url.port or request.url.scheme}"
    return f"__Host-{name}" if request.url.scheme == "https" else name


def token_of(request: Request) -> str | None:
    """The token of the session, if there is one."""
    return request.cookies.get(cookie_name(request))


def begin(request: Request, response: Response, token: str, seconds: int) -> None:
    """Sign the reader in for so many seconds."""
    _set(request, response, cookie_name(request), token, seconds)


def end(request: Request, response: Response) -> None:
    """Sign the reader out."""
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=_secure(request)
    )


def form_token(request: Request) -> str:
    """What a form of this session must carry; it cannot be made without the cookie."""
    return _form_token(token_of(request))


def before_sign_in(request: Request, response: Response) -> str:
    """A cookie for the sign-in form, so that nobody else can sign a reader in; answers with a form token."""
    value = request.cookies.get(_before(request)) or secrets.token_urlsafe(24)
    _set(request, response, _before(request), value, 3600)
    return _form_token(value)


def check_form(request: Request, given: str, *, signing_in: bool = False) -> None:
    """Refuse a form that another site or another session made."""
    expected = _form_token(request.cookies.get(_before(request))) if signing_in else form_token(request)
    origin = request.headers.get("origin")
    foreign = origin not in (None, "null") and urlsplit(origin).netloc != request.url.netloc
    if foreign or not expected or not hmac.compare_digest(expected, given):
        raise Problem(403, "This form is out of date", "Go back, load the page again and send it once more.")


def _form_token(secret: str | None) -> str:
    return hashlib.sha256(f"form:{secret}".encode()).hexdigest() if secret else ""


def _before(request: Request) -> str:
    return cookie_name(request) + "_form"


def _set(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=_secure(request)
    )


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"
