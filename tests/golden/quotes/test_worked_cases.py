"""Worked landed costs in the files cases*.toml, each with its law and the sum on paper."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.landed import queries
from entrepot.landed.rules import request_of
from entrepot.landed.terms import GUARANTEED, STRICT

CASES = [
    case
    for file in sorted(Path(__file__).parent.glob("cases*.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
]
_DEFAULTS = {"transport": "air", "importer": "consumer"}


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_sum_on_paper_comes_out(case: dict) -> None:
    currency = case["request"]["currency"]
    lines = [{"quantity": 1, "currency": currency} | line for line in case.get("lines") or [case["line"]]]
    body = json.dumps({"id": case["id"], **_DEFAULTS, **case["request"], "lines": lines})
    answer = queries.answer(request=request_of(body=body), policy=GUARANTEED if case.get("carry_forward") else STRICT)

    found = {
        "status": answer.status.value,
        "regime": answer.regime,
        "reason": answer.reason,
        "low": str(answer.range.low) if answer.range else None,
        "high": str(answer.range.high) if answer.range else None,
        "alternatives": list(answer.alternatives),
        "assumed": ",".join(part.kind for part in answer.components if part.assumed),
        **{
            name: None if getattr(answer, name) is None else str(getattr(answer, name))
            for name in ("customs_value", "duty", "tax", "fees", "total", "annual_used_after")
        },
        "components": {
            kind: str(sum((part.amount for part in answer.components if part.kind == kind), Decimal("0.00")))
            for kind in case["expected"].get("components", {})
        },
    }
    assert {name: found[name] for name in case["expected"]} == case["expected"], "\n".join(answer.trace)
    if answer.total is not None:
        assert sum((part.amount for part in answer.components), Decimal(0)) == answer.total
        assert all(part.source for part in answer.components)
    else:
        assert answer.components == ()
