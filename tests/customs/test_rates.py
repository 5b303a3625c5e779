"""Rates as tariffs write them, taken apart and put to work."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.customs.rules import duty_at, rate_expression
from entrepot.customs.rules.rates import special_rates, unit_of
from entrepot.customs.terms import AdValorem, Asked, Beyond, Capped, Degrees, Disposition, RateUnreadable, Specific

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


@pytest.mark.parametrize("text", ["", "about 5%", "5% or 6%", "3¢/furlong", "%", "-1%", "33 1/0%"])
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


# Forms of the schedule's rate columns. Source: HTS, 2025 basic edition to 2026 rev. 10.
SUGAR = (
    "1.4606¢/kg less 0.020668¢/kg for each degree under 100 degrees (and fractions of a degree in proportion) "
    "but not less than 0.943854¢/kg"
)
PLATES = (
    "4.3% + 1.7¢/jewel + 0.2¢ for each other piece or part, but if consisting in part of a plate or a set of plates the "
    "total duty shall not exceed the duty for the complete movement"
)


@pytest.mark.parametrize(
    ("text", "terms", "kind"),
    [
        ("18.7¢/m<sup>2</sup>", (Specific(D("0.187"), "USD", "m2"),), "specific"),
        ("14.5¢/m<sup>2 </sup>+ 0.4%", (Specific(D("0.145"), "USD", "m2"), AdValorem(D("0.004"))), "compound"),
        ("1.8¢/kg on lead content", (Specific(D("0.018"), "USD", "kg:lead"),), "specific"),
        ("5.8¢/kg on drained weight + 7%", (Specific(D("0.058"), "USD", "kg:drained"), AdValorem(D("0.07"))), "compound"),
        ("16.9¢/kg of total sugars", (Specific(D("0.169"), "USD", "kg:sugars"),), "specific"),
        ("$11.03/t, including weight of container", (Specific(D("11.03"), "USD", "t:with_container"),), "specific"),
        ("89.6¢/1000", (Specific(D("0.896"), "USD", "thousand"),), "specific"),
        ("$1/1,000 pins + 35%", (Specific(D(1), "USD", "thousand_pins"), AdValorem(D("0.35"))), "compound"),
        ("0.3¢/line/ gross + 4.6%", (Specific(D("0.003"), "USD", "gross_lines"), AdValorem(D("0.046"))), "compound"),
        ("2.5% on the value of the lead content", (AdValorem(D("0.025"), "lead"),), "component"),
        ("5.3% on the movement and case+ 4.2% on the battery",
         (AdValorem(D("0.053"), "movement"), AdValorem(D("0.053"), "case"), AdValorem(D("0.042"), "battery")), "component"),
        ("43¢ each + 2.8¢/jewel over 7 + 3.7% on the case",
         (Specific(D("0.43"), "USD", "no"), Beyond(D("0.028"), "USD", "jewels", D(7)), AdValorem(D("0.037"), "case")),
         "component"),
        (SUGAR, (Degrees(D("0.014606"), D("0.00020668"), D("0.00943854"), "USD", "kg"),), "specific"),
        ("The duty provided in the applicable subheading + 25%",
         (Asked("duty:applicable subheading"), AdValorem(D("0.25"))), "conditional"),
        ("The duty provided in the applicable subheading + a duty of 50% upon the value of the steel content.",
         (Asked("duty:applicable subheading"), AdValorem(D("0.5"), "steel")), "conditional"),
        ("The duty rate provided in such subheading minus 0.5%",
         (Asked("duty:such subheading"), AdValorem(D("-0.005"))), "conditional"),
        ("See 9822.04.65", (Asked("duty:9822.04.65"),), "conditional"),
        ("Free, under bond, as prescribed in U.S. note 1 to this subchapter", (Asked("met:under bond"),), "conditional"),
        ("50 percent of the cost of such parts", (AdValorem(D("0.5"), "parts"),), "component"),
        ("37% /", (AdValorem(D("0.37")),), "ad_valorem"),
        ("Free", (), "free"),
    ],
)  # fmt: skip
def test_the_forms_of_the_schedule_are_taken_apart(text: str, terms: tuple, kind: str) -> None:
    found = rate_expression(text=text)

    assert (found.terms, found.disposition) == (terms, Disposition(kind))


def test_sugar_pays_by_its_degrees_and_never_less_than_the_least() -> None:
    rate = rate_expression(text=SUGAR)

    def due(**measures: int) -> Decimal | str:
        return duty_at(rate=rate, value=D(0), measures={name: D(count) for name, count in measures.items()})

    assert due(kg=1000, degrees=100) == D("14.606")
    assert due(kg=1000, degrees=96) == D("14.606") - 4 * D("0.20668")
    assert due(kg=1000, degrees=10) == D("9.43854")
    assert (due(kg=1000), due(degrees=96)) == ("degrees", "kg")


def test_jewels_over_a_number_and_plates_under_a_cap() -> None:
    watch = rate_expression(text="43¢ each + 2.8¢/jewel over 7 + 3.7% on the case")
    measures = {"no": D(2), "jewels": D(34), "value:case": D(10)}
    assert duty_at(rate=watch, value=D(50), measures=measures) == D("0.86") + 20 * D("0.028") + D("0.37")

    plates = rate_expression(text=PLATES)
    assert isinstance(plates.terms[0], Capped)
    counted = {"jewels": D(10), "pieces": D(100)}
    assert duty_at(rate=plates, value=D(100), measures=counted) == "duty:complete movement"
    assert duty_at(rate=plates, value=D(100), measures=counted | {"plates": D(0)}) == D("4.67")
    assert duty_at(rate=plates, value=D(100), measures=counted | {"duty:complete movement": D(3)}) == D(3)


def test_a_rate_that_stands_elsewhere_names_what_it_asks_for() -> None:
    rate = rate_expression(text="The duty provided in the applicable subheading + 25%")

    assert duty_at(rate=rate, value=D(100), measures={}) == "duty:applicable subheading"
    assert duty_at(rate=rate, value=D(100), measures={"duty:applicable subheading": D(5)}) == D(30)
    bond = rate_expression(text="Free, under bond")
    assert duty_at(rate=bond, value=D(100), measures={}) == "met:under bond"
    assert duty_at(rate=bond, value=D(100), measures={"met:under bond": D(1)}) == 0


def test_quantities_are_taken_over_exactly_between_units_and_never_guessed() -> None:
    each_kg = rate_expression(text="1.9¢/kg")
    assert duty_at(rate=each_kg, value=D(0), measures={"g": D(2000)}) == D("0.038")
    assert duty_at(rate=each_kg, value=D(0), measures={"no": D(2)}) == "kg"
    drained = rate_expression(text="1¢/kg on drained weight")
    assert duty_at(rate=drained, value=D(0), measures={"kg": D(2), "kg:drained": D(1)}) == D("0.01")
    lead = rate_expression(text="1¢/kg on lead content")
    assert duty_at(rate=lead, value=D(0), measures={"kg": D(2)}) == "kg:lead"


@pytest.mark.parametrize(
    ("cell", "groups"),
    [
        ("Free (AU,BH, CL,CO,E*,IL,JO, KR,A+)", [("Free", ("AU", "BH", "CL", "CO", "E*", "IL", "JO", "KR", "A+"))]),
        ("Free (A+,AU) 3.2% (JP)See 9822.04.65 (S+)",
         [("Free", ("A+", "AU")), ("3.2%", ("JP",)), ("See 9822.04.65", ("S+",))]),
        ("Free (B) A duty upon the value of the repairs or alterations (see U.S. note 3 of this subchapter) (CA)",
         [("Free", ("B",)),
          ("A duty upon the value of the repairs or alterations (see U.S. note 3 of this subchapter)", ("CA",))]),
        ("No change", [("No change", ())]),
        ("", []),
    ],
)  # fmt: skip
def test_a_special_cell_holds_several_groups(cell: str, groups: list) -> None:
    assert [(one.rate.text, one.programmes) for one in special_rates(text=cell)] == groups


@pytest.mark.parametrize("cell", ["(AU) Free", "Free (AU) about 5% (JP)", "perhaps (AU)"])
def test_a_special_cell_that_cannot_be_read_is_refused(cell: str) -> None:
    with pytest.raises(RateUnreadable):
        special_rates(text=cell)


def test_units_have_the_contract_s_names() -> None:
    names = {"doz.": "doz", "No.": "no", "m<sup>2</sup>": "m2", "prs.": "prs", "pf.liters": "pfl", "Pb kg": "kg:lead"}
    assert {text: unit_of(text) for text in names} == names
    assert unit_of("furlong") is None


figures = st.decimals(min_value=0, max_value=1000, places=4, allow_nan=False)
UNITS = {"kg": "kg", "each": "no", "pr.": "prs", "liter": "l", "m2": "m2", "t": "t"}


@given(st.lists(st.tuples(figures, st.sampled_from(["%", *UNITS])), min_size=1, max_size=4), figures, figures)
def test_whatever_is_written_in_these_forms_is_computed_as_it_is_written(pieces, value, count) -> None:
    words = [
        f"{figure}%" if unit == "%" else f"{figure}¢ each" if unit == "each" else f"{figure}¢/{unit}"
        for figure, unit in pieces
    ]
    rate = rate_expression(text=" + ".join(words))
    by_hand = sum((figure / 100 * (value if unit == "%" else count) for figure, unit in pieces), D(0))

    assert duty_at(rate=rate, value=value, measures=dict.fromkeys(UNITS.values(), count)) == by_hand
    assert rate_expression(text=rate.text) == rate
