"""The contract's own worked requests, where the shared folder is at hand: every expected figure, to the cent."""

import json
from decimal import Decimal

import pytest

from entrepot.landed import queries
from entrepot.landed.rules import request_of
from entrepot.landed.terms import QuoteAnswer, Status
from tests.shared import CONTRACTS, needs

EXAMPLES = CONTRACTS / "quote_examples.jsonl"
CASES = [json.loads(line) for line in EXAMPLES.read_text().splitlines()] if EXAMPLES.exists() else []
_SUMS = ("duty", "tax", "fees", "total")


def amount_of(answer: QuoteAnswer, *kinds: str) -> Decimal:
    return sum((part.amount for part in answer.components if part.kind.startswith(kinds)), Decimal(0))


def before_waiver(answer: QuoteAnswer) -> Decimal:
    articles = [part for part in answer.components if part.kind == "articles_tax"]
    return sum((part.base * Decimal(part.rate.partition("%")[0]) / 100 for part in articles), Decimal(0))


@pytest.mark.django_db
@needs(EXAMPLES)
@pytest.mark.parametrize("case", CASES, ids=[case["request"]["id"] for case in CASES])
def test_the_expected_figures_come_out(case: dict) -> None:
    answer = queries.answer(request=request_of(body=json.dumps(case["request"])))
    expected = {name: Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
                for name, value in case["expected"].items()}  # fmt: skip
    room = expected.pop("tolerance_cny", Decimal(0))
    unread = set(expected)

    def check(name: str, found: object) -> None:
        if name in expected:
            unread.discard(name)
            wanted = expected[name]
            close = abs(found - wanted) <= room if isinstance(wanted, Decimal) else found == wanted
            assert close, f"{name}: {found} instead of {wanted}\n" + "\n".join(answer.trace)

    if answer.status is Status.AMOUNT:
        for unit in ("usd", "cny", "eur", "gbp", "cad"):
            for name in _SUMS:
                check(f"{name}_{unit}", getattr(answer, name))
        check("base_duty_usd", amount_of(answer, "base"))
        check("mpf_usd", amount_of(answer, "mpf"))
        check("hmf_usd", amount_of(answer, "hmf"))
        check("consumption_tax_cny", amount_of(answer, "consumption_tax"))
        for name in ("vat_cny", "vat_eur", "vat_gbp"):
            check(name, amount_of(answer, "vat"))
        check("total_tax_cny", answer.total)
        check("tax_due_cny", answer.tax)
        check("dutiable_value_cny", answer.customs_value)
        check("annual_used_after_cny", answer.annual_used_after)
        check("waived", any("waived" in part.rate for part in answer.components))
        check("tax_before_waiver_cny", before_waiver(answer))
        check("vat_collected", "at_import" if any("at import" in note for note in answer.notes) else "at_sale")
        check("de_minimis", answer.regime == "de_minimis")
        rate = answer.duty / answer.customs_value * 100 if answer.customs_value else Decimal(0)
        check("total_rate_pct", rate)
        check("combined_pct", answer.total / answer.customs_value * 100 if answer.customs_value else Decimal(0))
        for kind, wanted in expected.get("components_pct", {}).items():
            unread.discard("components_pct")
            assert amount_of(answer, kind) / answer.customs_value * 100 == Decimal(str(wanted)), kind
    check("eligible", answer.status is Status.AMOUNT)
    check("reason", answer.reason)
    check("falls_to", answer.alternatives[0] if answer.alternatives else None)
    assert not unread, f"not compared: {unread}"
