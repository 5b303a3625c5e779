"""Rates as tariffs write them, taken apart and put to work."""

from decimal import Decimal

import pytest

from entrepot.customs.rules import duty_at, rate_expression
from entrepot.customs.terms import AdValorem, RateUnreadable, Specific

D = Decimal


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Free", ()),
        ("6.8%", (AdValorem(D("0.068")),)),
        ("1.9¢/kg", (Specific(D("0.019"), "USD", "kg"),)),
        ("$1.05/kg + 2.3%", (Specific(D("1.05"), "USD", "kg"), AdValorem(D("0.023")))),
        ("90¢/pr. + 20%", (Specific(D("0.90"), "USD", "prs"), AdValorem(D("0.2")))),
        ("0.8¢ each + 4.6%", (Specific(D("0.008"), "USD", "no"), AdValorem(D("0.046")))),
        ("2.8¢/doz.", (Specific(D("0.028"), "USD", "doz"),)),
        ("\u00a010%  + 5¢/liter ", (AdValorem(D("0.1")), Specific(D("0.05"), "USD", "l"))),
        (
            "40¢ each + 8.5% on the case + 2.8% on the strap, band or bracelet",
            (Specific(D("0.40"), "USD", "no"), AdValorem(D("0.085"), "case"), AdValorem(D("0.028"), "strap")),
        ),
        ("20% + CNY 1/kg", (AdValorem(D("0.2")), Specific(D(1), "CNY", "kg"))),
    ],
)
def test_every_form_is_taken_apart_and_its_text_kept(text: str, terms: tuple) -> None:
    found = rate_expression(text=text)

    assert found.terms == terms
    assert found.known


@pytest.mark.parametrize("text", ["", "about 5%", "5% or 6%", "3¢/furlong", "%", "-1%", "See 9822.04.65 (AU)"])
def test_a_form_that_is_not_known_is_refused_rather_than_taken_for_free(text: str) -> None:
    with pytest.raises(RateUnreadable):
        rate_expression(text=text)


def test_a_third_of_a_per_cent_is_as_exact_as_a_decimal_can_be() -> None:
    ratio = rate_expression(text="33 1/3%").ad_valorem

    assert ratio is not None
    assert abs(ratio * 3 - 1) < D("1e-20")


def test_an_unknown_rate_is_not_free() -> None:
    unknown = rate_expression(text="unknown")

    assert (unknown.known, unknown.ad_valorem) == (False, None)


def test_a_compound_rate_counts_its_quantity_and_names_the_missing_one() -> None:
    rate = rate_expression(text="90¢/pr. + 20%")

    assert duty_at(rate=rate, value=D(270), measures={"prs": D(30)}) == D("81.0")
    assert duty_at(rate=rate, value=D(270), measures={"kg": D(30)}) == "prs"
    parts = rate_expression(text="40¢ each + 8.5% on the case")
    assert duty_at(rate=parts, value=D(100), measures={"no": D(1), "value:case": D(60)}) == D("5.50")
    assert duty_at(rate=parts, value=D(100), measures={"no": D(1)}) == "value:case"
