"""The OpenAPI document and a page that reads it to people, without a script."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from dmr.openapi.openapi import OpenAPI


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a value, one parameter of a route."""

    name: str
    kind: str
    where: str
    needed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One verb at one address."""

    method: str
    path: str
    about: str
    tag: str
    keyed: bool
    guarded: bool
    parameters: tuple[Field, ...]
    body: str
    answer: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A named value of the document."""

    name: str
    about: str
    fields: tuple[Field, ...]


def document(schema: OpenAPI) -> Callable[[HttpRequest], HttpResponse]:
    """The view that serves the OpenAPI 3.1 document."""
    written = json.dumps(_plain(schema))

    def show(request: HttpRequest) -> HttpResponse:
        return HttpResponse(written, content_type="application/vnd.oai.openapi+json;version=3.1")

    return show


def page(schema: OpenAPI) -> Callable[[HttpRequest], HttpResponse]:
    """The view that shows it to people."""
    whole = _plain(schema)

    def show(request: HttpRequest) -> HttpResponse:
        operations = [
            _operation(method, address, facts)
            for address, verbs in whole["paths"].items()
            for method, facts in verbs.items()
            if isinstance(facts, dict) and "responses" in facts
        ]
        shapes = [_shape(name, facts) for name, facts in sorted(whole.get("components", {}).get("schemas", {}).items())]
        groups = {
            tag: [one for one in operations if one.tag == tag] for tag in dict.fromkeys(o.tag for o in operations)
        }
        return render(request, "api/docs.html", {"groups": groups, "shapes": shapes, "about": whole["info"]})

    return show


def _plain(schema: OpenAPI) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(json.dumps(schema.convert()))
    for verbs in whole["paths"].values():
        for method, facts in verbs.items():
            if method.upper() in {"POST", "PUT", "PATCH", "DELETE"} and isinstance(facts, dict):
                facts.setdefault("parameters", []).append(
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "description": "Fresh for each new request, the same for a repeat; at most 255 characters.",
                        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                    }
                )
    return whole


def _operation(method: str, address: str, facts: Mapping[str, Any]) -> Operation:
    content = facts.get("requestBody", {}).get("content", {})
    answers = [one for code, one in facts["responses"].items() if code.startswith("2")]
    answer = answers[0].get("content", {}) if answers else {}
    return Operation(
        method=method.upper(),
        path=address,
        about=facts.get("summary") or facts.get("description") or "",
        tag=(facts.get("tags") or ["more"])[0],
        keyed=any(one.get("name") == "Idempotency-Key" for one in facts.get("parameters", [])),
        guarded=bool(facts.get("security")),
        parameters=tuple(
            Field(
                one["name"],
                _kind(one.get("schema", {})),
                one["in"],
                bool(one.get("required")),
                one.get("description", ""),
            )
            for one in facts.get("parameters", [])
            if "name" in one
        ),
        body=_content(content),
        answer=_content(answer),
    )


def _shape(name: str, facts: Mapping[str, Any]) -> Shape:
    needed = set(facts.get("required", []))
    fields = tuple(
        Field(one, _kind(kind), "", one in needed, kind.get("description", ""))
        for one, kind in facts.get("properties", {}).items()
    )
    return Shape(name, facts.get("description", ""), fields)


def _content(content: Mapping[str, Any]) -> str:
    """The kind of the first media type's value; empty when there is none."""
    for media in content.values():
        return _kind(media["schema"]) if "schema" in media else ""
    return ""


def _kind(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: `integer`, `list of Hit`, `Amount or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for joined in ("anyOf", "oneOf"):
        if joined in schema:
            return " or ".join(_kind(one) for one in schema[joined])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_kind(schema['additionalProperties'])}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
