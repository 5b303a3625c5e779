"""Answers of the UK's tariff service in JSON:API: one resource and those that it is told with, put together to one.

`{"data": {...}, "included": [...]}` becomes the nested form that a commodity is read in. Figures keep their digits.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from entrepot.customs.rules.loaders.files import TariffFile


class _Ref(msgspec.Struct):
    id: str
    type: str


class _Relation(msgspec.Struct):
    data: _Ref | list[_Ref] | None = None


class _Resource(msgspec.Struct):
    id: str
    type: str
    attributes: dict[str, msgspec.Raw] = {}
    relationships: dict[str, _Relation] = {}


class _Fault(msgspec.Struct):
    title: str | None = None
    detail: str | None = None


class _Answer(msgspec.Struct):
    data: _Resource | list[_Resource] | None = None
    included: list[_Resource] | None = None
    errors: list[_Fault] = []
    error: str | None = None


class _Follow(NamedTuple):
    """A relationship that we follow. said: it may be empty, but not be left out, as when an answer is cut short.

    needed: it is never empty. named: only the ids count, as with the members of an area.
    """

    type: str
    many: bool = False
    said: bool = False
    needed: bool = False
    named: bool = False


# Source: the service's API, version 2: the resource types of a commodity and what each is told with.
_FOLLOWED: Final[Mapping[str, Mapping[str, _Follow]]] = {
    "commodity": {"import_measures": _Follow("measure", many=True, said=True)},
    "measure": {
        "measure_type": _Follow("measure_type", needed=True),
        "geographical_area": _Follow("geographical_area", needed=True),
        "duty_expression": _Follow("duty_expression"),
        "measure_components": _Follow("measure_component", many=True),
        "measure_conditions": _Follow("measure_condition", many=True),
        "excluded_countries": _Follow("geographical_area", many=True, named=True),
        "additional_code": _Follow("additional_code"),
        "order_number": _Follow("order_number"),
        "legal_acts": _Follow("legal_act", many=True),
    },
    "measure_condition": {"measure_condition_components": _Follow("measure_condition_component", many=True)},
    "geographical_area": {"children_geographical_areas": _Follow("geographical_area", many=True, named=True)},
    "rules_of_origin_scheme": {"proofs": _Follow("rules_of_origin_proof", many=True)},
}

Tree = dict[str, object]


def is_answer(body: bytes) -> bool:
    """Whether a file is an object of the API (`data`, `included`, `errors`) rather than the nested form."""
    try:
        told = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return False
    return not told.keys().isdisjoint({"data", "errors", "error"})


def one_of(*, file: TariffFile, kind: str) -> bytes:
    """The answer's resource of a type in the nested form. Raises TariffUnreadable naming what is lacking or wrong."""
    answer = _answer(file, kind)
    if not isinstance(answer.data, _Resource):
        count = len(answer.data) if answer.data else 0
        raise file.refuse(f"`data` holds {count} resources where one {kind} is expected")
    return msgspec.json.encode(_whole(file, answer)(answer.data, kind))


def all_of(*, file: TariffFile, kind: str) -> bytes:
    """The answer's resources of a type as a list in the nested form. Raises TariffUnreadable."""
    answer = _answer(file, kind)
    if not isinstance(answer.data, list):
        raise file.refuse(f"`data` is no list; a list of {kind} is expected")
    put_together = _whole(file, answer)
    return msgspec.json.encode([put_together(one, kind) for one in answer.data])


def _answer(file: TariffFile, kind: str) -> _Answer:
    try:
        answer = msgspec.json.decode(file.body, type=_Answer)
    except msgspec.DecodeError as wrong:
        raise file.refuse(f"no answer of the tariff service with a {kind} ({wrong})") from wrong
    told = answer.error or next((one.detail or one.title for one in answer.errors), None)
    if told or answer.errors:
        raise file.refuse(f"the service answered with an error ({told or 'without words'})")
    return answer


def _whole(file: TariffFile, answer: _Answer) -> Callable[[_Resource, str], Tree]:
    """What puts a resource of the answer together with those that it names."""
    known: dict[tuple[str, str], _Resource] = {}
    for one in answer.included or ():
        # An area is told once with its members and once without.
        if one.relationships or (one.type, one.id) not in known:
            known[one.type, one.id] = one

    def resource(one: _Resource, kind: str) -> Tree:
        if one.type != kind:
            raise file.refuse(f"{one.type} {one.id} stands where a {kind} is expected")
        tree: Tree = {**one.attributes, "id": one.id}
        for name, follow in _FOLLOWED.get(kind, {}).items():
            refs = _refs(file, one, name, follow)
            children = [_named(ref) if follow.named else resource(found(one, name, ref), follow.type) for ref in refs]
            tree[name] = children if follow.many else next(iter(children), None)
        return tree

    def found(holder: _Resource, name: str, ref: _Ref) -> _Resource:
        if answer.included is None:
            raise file.refuse(f"`included` is missing, where {name} of {holder.type} {holder.id} should stand")
        there = known.get((ref.type, ref.id))
        if there is None:
            where = f"{name} of {holder.type} {holder.id}"
            raise file.refuse(f"{where} names {ref.type} {ref.id}, which is not in `included`")
        return there

    return resource


def _refs(file: TariffFile, one: _Resource, name: str, follow: _Follow) -> list[_Ref]:
    relation = one.relationships.get(name)
    if relation is None and (follow.needed or follow.said):
        raise file.refuse(f"{one.type} {one.id} does not say its {name}")
    data = relation.data if relation else None
    if isinstance(data, list) is not follow.many and data is not None:
        raise file.refuse(f"{name} of {one.type} {one.id} is {'one' if follow.many else 'a list'}")
    refs = data if isinstance(data, list) else [data] if data else []
    if follow.needed and not refs:
        raise file.refuse(f"{one.type} {one.id} has no {name}")
    wrong = next((ref for ref in refs if ref.type != follow.type), None)
    if wrong:
        raise file.refuse(f"{name} of {one.type} {one.id} names a {wrong.type} ({wrong.id}), not a {follow.type}")
    return refs


def _named(ref: _Ref) -> Tree:
    return {"id": ref.id}
