"""Stripe's way of writing requests and refusals: nested form fields, uploads, typed errors."""

import json
import re
from collections.abc import Mapping
from email import message_from_bytes
from typing import Final
from urllib.parse import parse_qsl

from entrepot_sandbox.server import Reply, Request
from entrepot_sandbox.store import Json

Params = dict[str, object]

_PART: Final = re.compile(r"\[([^\]]*)\]")


class ApiError(Exception):
    """A refusal in Stripe's shape."""

    def __init__(self, status: int, message: str, *, code: str = "", param: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {
            "error": {
                "type": kind or ("api_error" if status >= 500 else "invalid_request_error"),
                "message": message,
                **({"code": code} if code else {}),
                **({"param": param} if param else {}),
            }
        }


def missing(kind: str, key: str) -> ApiError:
    """What is asked about does not exist."""
    return ApiError(404, f"No such {kind}: '{key}'", code="resource_missing", param="id")


def params_of(request: Request) -> Params:
    """The fields of a request: its query, then its body, nested as the brackets say."""
    given = [*request.query.items()]
    if request.headers.get("content-type", "").startswith("multipart/"):
        return {**_nested(given), **_uploaded(request)}
    return _nested([*given, *parse_qsl(request.raw.decode("utf-8", "replace"), keep_blank_values=True)])


def _nested(pairs: list[tuple[str, str]]) -> Params:
    found: Params = {}
    for name, value in pairs:
        head = name.partition("[")[0]
        place, parts = found, [head, *_PART.findall(name[len(head) :])]
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise ApiError(400, f"Invalid object: {name}", param=name)
            place = inner
        last = parts[-1] or str(len(place))
        place[last] = value
    return found


def _uploaded(request: Request) -> Params:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    found: Params = {}
    for part in message_from_bytes(head + request.raw).walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            body = part.get_payload(decode=True)
            file_name = part.get_filename()
            raw = body if isinstance(body, bytes) else b""
            found[name] = {"name": file_name, "size": len(raw)} if file_name else raw.decode().strip()
    return found


def only(params: Params, *known: str) -> None:
    """Refuses what this call does not take, as Stripe does."""
    for name in params:
        if name not in known and name != "expand":
            raise ApiError(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def text(params: Mapping[str, object], name: str, *, needed: bool = True) -> str:
    value = params.get(name, "")
    if not isinstance(value, str) or (needed and not value):
        raise ApiError(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def whole(params: Mapping[str, object], name: str, *, otherwise: int | None = None) -> int:
    """A positive whole number of the currency's smallest units."""
    value = params.get(name)
    if value is None and otherwise is not None:
        return otherwise
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,12}", value):
        raise ApiError(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    if int(value) <= 0:
        raise ApiError(
            400, "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=name
        )
    return int(value)


def currency(params: Mapping[str, object]) -> str:
    value = text(params, "currency").lower()
    if not re.fullmatch(r"[a-z]{3}", value):
        raise ApiError(400, f"Invalid currency: {value}", code="parameter_invalid", param="currency")
    return value


def inner(params: Mapping[str, object], name: str) -> Params:
    """A nested object; nothing given is an empty one."""
    value = params.get(name, {})
    if not isinstance(value, dict):
        raise ApiError(400, f"Invalid object: {name}", param=name)
    return value


def listed(rows: list[Json], url: str, params: Mapping[str, object]) -> Json:
    """A page of a list, newest first."""
    limit = min(whole(params, "limit", otherwise=10), 100)
    newest = rows[::-1]
    after = text(params, "starting_after", needed=False)
    if after:
        place = next((number for number, row in enumerate(newest) if row["id"] == after), len(newest))
        newest = newest[place + 1 :]
    return {"object": "list", "url": url, "data": newest[:limit], "has_more": len(newest) > limit}


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    return Reply(
        status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json", **headers}
    )
