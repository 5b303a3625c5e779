"""Every page of a desk and every guarded API route, asked by everybody who has no business there.

The walk takes its addresses from the routing table itself, so a page added tomorrow is walked tomorrow.
"""

import inspect
import re
from collections.abc import Iterator

import msgspec
import msgspec.inspect as kinds
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.parties import make

from entrepot.parties import queries as parties
from entrepot.parties.services import issue_client

DESKS = ("merchant/", "operator/", "depot/")
# The choice of one's own desks names no merchant; a stranger simply has none.
OPEN = {"merchant/"}
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield route


def desk_pages() -> list[str]:
    routes = [route.removeprefix("en/") for route in addresses(get_resolver().url_patterns)]
    return sorted({route for route in routes if route.startswith(DESKS)} - OPEN)


def api_routes() -> dict[str, type]:
    """The guarded routes with their doors."""
    from entrepot.api.door import Door

    found: dict[str, type] = {}
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            continue
        for route, view in _with_views(pattern.url_patterns, str(pattern.pattern)):
            door = getattr(view, "view_class", None)
            if route.startswith("api/v1/") and isinstance(door, type) and issubclass(door, Door) and door.scope:
                found[route] = door
    return dict(sorted(found.items()))


def body_of(door: type, method: str) -> bytes:
    """The smallest body that the verb takes, so that what refuses a stranger is not its form."""
    asked = inspect.signature(getattr(door, method, body_of)).parameters.get("parsed_body")
    return b"" if asked is None else msgspec.json.encode(_smallest(kinds.type_info(asked.annotation.__args__[0])))


def _smallest(form: kinds.Type) -> object:  # noqa: PLR0911 - one for each type
    match form:
        case kinds.StructType(fields=fields):
            return {one.encode_name: _smallest(one.type) for one in fields if one.required}
        case kinds.Metadata(type=inner) | kinds.UnionType(types=(inner, *_)):
            return _smallest(inner)
        case kinds.StrType(pattern=pattern):
            return {"^[A-Z]{2}$": "US", "^[A-Z]{3}$": "USD"}.get(pattern or "", "x")
        case kinds.IntType(ge=least, gt=below):
            return least or (below or 0) + 1
        case kinds.ListType(item_type=item, min_length=least):
            return [_smallest(item)] * (least or 0)
        case kinds.DictType():
            return {"en": "x"}
        case kinds.EnumType(cls=values):
            return next(iter(values)).value
        case kinds.LiteralType(values=values):
            return values[0]
        case kinds.BoolType():
            return True
        case kinds.DateType():
            return "2030-01-01"
        case kinds.DateTimeType():
            return "2030-01-01T00:00:00Z"
    raise AssertionError(f"nothing is known of {form}")


def _with_views(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _with_views(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def filled(route: str, *, slug: str) -> str:
    """An address with every parameter given: the merchant is a real one, the rest only has the right form."""
    values = {"merchant": slug, "currency": "USD", "kind": "hold", "subject": "1"}
    return PARAMETER.sub(
        lambda m: values.get(m.group(2), "1" if m.group(1) == "int" else "csn_0000000000000000"), route
    )


def test_the_walk_has_somewhere_to_go() -> None:
    assert len(desk_pages()) >= 15
    assert len(api_routes()) >= 10


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_into_a_desk_that_is_not_theirs(method: str) -> None:
    victim = parties.merchant(merchant_id=make.merchant())
    strangers = {
        "visitor": None,
        "shopper": make.shopper_viewer().user_id,
        "other merchant": make.merchant_viewer(merchant_id=make.merchant()).user_id,
    }
    let_in = []
    for who, user_id in strangers.items():
        client = Client()
        if user_id is not None:
            from django.contrib.auth import get_user_model

            client.force_login(
                get_user_model().objects.get(pk=user_id), backend="allauth.account.auth_backends.AuthenticationBackend"
            )
        for route in desk_pages():
            answer = getattr(client, method)(f"/en/{filled(route, slug=victim.slug)}")
            refused = answer.status_code in {403, 404, 405} or (
                answer.status_code == 302 and "/account/login/" in answer.headers["Location"]
            )
            if not refused:
                let_in.append((who, route, answer.status_code))
    assert let_in == []


@pytest.mark.django_db(transaction=True)
def test_no_token_opens_a_route_of_somebody_else() -> None:
    victim = parties.merchant(merchant_id=make.merchant())
    stranger = make.merchant_viewer(merchant_id=make.merchant())
    client_id, secret = issue_client(
        user_id=stranger.user_id or 0, name="x", scopes=["shop", "merchant", "depot", "operate"], at=make.AT
    )
    client = Client()
    token = client.post(
        "/api/v1/token", {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    ).json()["access_token"]
    # What is everybody's own: a stranger only meets their own there.
    own = {
        f"api/v1/{one}"
        for one in (
            "classifications", "basket", "basket/codes", "basket/delivery", "basket/waits", "basket/quote", "orders",
            "disputes", "addresses", "identity",
        )
    }  # fmt: skip
    let_in = []
    for route, door in api_routes().items():
        address = "/" + filled(route, slug=victim.slug)
        bare = client.get(address)
        if bare.status_code not in {401, 405}:
            let_in.append(("no token", route, bare.status_code))
        if route in own:
            continue
        for method in ("get", "post", "put", "delete"):
            answer = client.generic(
                method, address, body_of(door, method), content_type="application/json",
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"{method}{route}"},
            )  # fmt: skip
            if answer.status_code not in {403, 404, 405}:
                let_in.append((method, route, answer.status_code))
    assert let_in == []
