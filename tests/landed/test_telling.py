"""Steps of the reasoning tell the same in every language."""

import ast
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec

from entrepot.customs.rules import compiled
from entrepot.landed import rules
from entrepot.landed.rules import sentence, sentences, worked
from entrepot.landed.rules.telling import step
from entrepot.landed.terms import STRICT, Entry, Step
from tests.landed import make

RULES = Path(rules.__file__).parent
CHINESE = {
    "{value} is within {limit} ({source}).": "{value} 未超过 {limit}（{source}）。",
    "Line {line}: {parts}": "第 {line} 行：{parts}",
    "{kind} {amount}": "{kind} {amount} 元",
    "VAT": "增值税",
    ", ": "，",
}


def in_chinese(text: str) -> str:
    return CHINESE.get(text, text)


def test_a_step_is_told_in_english_and_through_a_table() -> None:
    told = step("{value} is within {limit} ({source}).", {"value": Decimal("12.50"), "limit": 800, "source": "19 USC"})

    assert sentence(told) == "12.50 is within 800 (19 USC)."
    assert sentence(told, in_chinese) == "12.50 未超过 800（19 USC）。"


def test_steps_within_a_step_are_told_in_the_same_language() -> None:
    parts = [step("{kind} {amount}", {"kind": Step("VAT"), "amount": amount}) for amount in (Decimal("1.00"), 2)]
    told = step("Line {line}: {parts}", {"line": 0, "parts": parts})

    assert sentence(told) == "Line 0: VAT 1.00, VAT 2"
    assert sentence(told, in_chinese) == "第 0 行：增值税 1.00 元，增值税 2 元"


def test_a_components_kind_is_told_by_its_name() -> None:
    told = step("{kind} {amount}", {"kind": "vat", "amount": 1})

    assert sentence(told) == "VAT 1"
    assert sentence(told, in_chinese) == "增值税 1 元"
    assert sentence(Step("s301_cn")) == "Section 301 duty on Chinese goods"


def test_a_sentence_without_facts_keeps_its_braces() -> None:
    assert sentences([Step("Braces {stay}.")]) == ("Braces {stay}.",)


def test_steps_survive_being_kept_as_json() -> None:
    told = step("Line {line}: {parts} {on}", {"line": 0, "parts": [Step("a"), Step("b")], "on": date(2026, 3, 2)})

    assert msgspec.json.decode(msgspec.json.encode(told), type=Step) == told


def test_no_rule_fills_in_its_sentences_itself() -> None:
    """A sentence whose facts are filled in before it is kept cannot be told in another language."""
    filled = [
        f"{path.name}:{node.lineno}"
        for path in sorted(RULES.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"say", "note"}
        if node.args and isinstance(node.args[0], ast.JoinedStr)
    ]
    assert filled == []


def test_an_entry_that_was_asked_for_says_so_in_the_readers_language() -> None:
    on = date(2026, 8, 10)
    without = replace(make.rows("us"), thresholds=())
    law = compiled(destination="US", currency="USD", on=on, rows=without, version="test")
    found = worked(request=make.request(entry=Entry.FORMAL), law=law, policy=STRICT, rates={})
    (entry,) = (one for one in found.steps if one.template.startswith("Formal entry"))

    assert sentence(entry) == "Formal entry of 100 (asked for)."
    assert sentence(entry, lambda text: "按请求" if text == "asked for" else text) == "Formal entry of 100 (按请求)."
