"""`entrepot quote` as scripts and people use it."""

import json

import pytest
from typer.testing import CliRunner

from entrepot.cli import app, quote, tariff  # noqa: F401 - importing them registers their commands

pytestmark = pytest.mark.django_db
ASKED = {
    "id": "a1", "on": "2026-03-02", "destination": "US", "ship_from": "CN", "mode": "cargo", "transport": "air",
    "importer": "business", "currency": "USD",
    "lines": [{"goods_code": "6109.10.00.12", "origin": "CN", "quantity": 100, "value": "2600.00", "currency": "USD"}],
}  # fmt: skip


def run(*words: str, text: str | None = None):
    return CliRunner().invoke(app, list(words), input=text)


def test_a_file_of_requests_is_answered_in_order_and_bad_lines_name_their_key(tmp_path) -> None:
    asked = tmp_path / "asked.jsonl"
    lines = [json.dumps(ASKED), json.dumps({"id": "b", "colour": 1}), "no json", "", json.dumps(ASKED | {"id": "c"})]
    asked.write_text("\n".join(lines))

    done = run("quote", "--jsonl", str(asked))

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [(one["id"], one["status"]) for one in answers] == [
        ("a1", "amount"), ("b", "refused"), ("", "refused"), ("c", "amount"),
    ]  # fmt: skip
    assert answers[0]["total"] == "917.58"
    assert answers[1]["reason"] == "request_invalid"
    assert "`colour`" in answers[1]["notes"][0]
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr


def test_standard_input_does_as_well() -> None:
    done = run("quote", "--jsonl", text=json.dumps(ASKED) + "\n")

    assert json.loads(done.stdout)["fees"] == "33.58"


def test_one_consignment_is_shown_with_its_reasoning() -> None:
    done = run("quote", "--code", "3926.90.99.89", "--value", "40", "--on", "2026-11-22", "--carry-forward")

    assert done.exit_code == 0
    assert "waybill_fee" in done.stdout
    assert "11.46" in done.stdout
    assert "no exemption by value is open" in done.stdout


def test_one_consignment_as_json_for_a_script() -> None:
    done = run("quote", "--code", "3926.90.99.89", "--value", "40", "--on", "2026-08-10", "--json")

    assert json.loads(done.stdout)["total"] == "11.46"


@pytest.mark.parametrize(
    "words", [["--value", "x"], ["--mode", "submarine"], ["--given", "rate=1"], ["--measure", "kg"]]
)
def test_what_cannot_be_read_says_so_and_exits_2(words: list[str]) -> None:
    done = run("quote", *words)

    assert done.exit_code == 2
    assert done.stderr


def test_the_loaded_tariffs_are_listed_and_the_starter_loads_once() -> None:
    assert [row["jurisdiction"] for row in json.loads(run("tariff", "list", "--json").stdout)] == [
        "AU",
        "CA",
        "CN",
        "EU",
        "GB",
        "JP",
        "KR",
        "US",
    ]
    assert "Nothing changed" in run("tariff", "load-starter").stdout


def test_rates_of_an_ecb_file_are_put_in_and_others_refused(tmp_path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("Date,USD\n2026-11-20,1.12\n")
    bad.write_text("Datum;USD\n")

    assert "1 new" in run("rates", "load", str(good)).stdout
    refused = run("rates", "load", str(bad))
    assert refused.exit_code == 3
    assert "Line 1" in refused.stderr
