"""The floor under the checkout: what its verbs ask of the database, written down to be asked by pgbench.

`python -m bench recorded START < quotes` runs token check, order and settlement of each quote in a transaction that is
taken back, keeps every statement's arguments in a row of `bench_floor`, and prints the script that asks the same.
"""

import json
import secrets
import sys
from typing import Any

from django.db import connection, transaction

from entrepot.base import clock
from entrepot.flows.place_order import place_order
from entrepot.flows.settle_payment import settle_payment
from entrepot.kernel.money import Money
from entrepot.parties.queries import viewer_of_token
from entrepot.payments.terms import ProviderMessage, ProviderProof

Asked = list[tuple[str, tuple[Any, ...]]]


def asked_for(one: dict[str, Any]) -> Asked:
    """The statements of one sale with their arguments, savepoints left out."""
    asked: Asked = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            asked.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    at = clock.now()
    with transaction.atomic():
        with connection.execute_wrapper(keep):
            known = viewer_of_token(token=one["token"], at=at)
            assert known
            placed = place_order(
                viewer=known[0], quote_ref=one["quote"], address_ref=one["address"], key=secrets.token_hex(12), at=at
            )
            proof = ProviderProof("pi_" + secrets.token_hex(12), Money(one["minor"], one["currency"]))
            said = json.dumps({"id": proof.provider_id, "reference": placed.payment_ref, "pad": "x" * 300}).encode()
            message = ProviderMessage("evt_" + secrets.token_hex(12), "intent.succeeded", proof.provider_id, {}, said)
            settle_payment(reference=placed.payment_ref, proof=proof, message=message, at=at)
        transaction.set_rollback(True)
    return asked


def types_of(sql: str) -> list[str]:
    """The types that the server finds for a statement's arguments."""
    with connection.cursor() as cursor:
        raw = cursor.connection
        raw.execute(f"PREPARE probe AS {numbered(sql)}")
        found = raw.execute(
            "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'probe'"
        ).fetchone()
        raw.execute("DEALLOCATE probe")
    return list(found[0])


def numbered(sql: str) -> str:
    parts = sql.split("%s")
    return "".join(f"{part}${number}" for number, part in enumerate(parts[:-1], start=1)) + parts[-1]


def main(arguments: list[str]) -> None:
    start = int(arguments[0])
    quotes = [json.loads(line) for line in sys.stdin]
    asked_for(quotes[0])  # channels, law and rates are known to the process from here
    asked = asked_for(quotes[0])
    # What a process reads anew every minute, the channels and the law, is no part of an order.
    usual = {sql for sql, _ in asked}
    types = [name for sql, _ in asked for name in types_of(sql)]
    names = [f"p{number}" for number in range(len(types))]
    columns = ", ".join(f"{name} {of}" for name, of in zip(names, types, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE IF NOT EXISTS bench_floor (n bigint PRIMARY KEY, {columns})")
        places = ", ".join(f"%s::{of}" for of in types)
        for number, one in enumerate(quotes, start=start):
            values = [value for sql, params in asked_for(one) if sql in usual for value in params]
            cursor.execute(f"INSERT INTO bench_floor VALUES (%s, {places})", [number, *values])
        cursor.execute("ANALYZE bench_floor")
    script, left = ["\\set i :i + 1", "\\set n :start + :client_id * :each + :i"], iter(names)
    for sql, _ in asked:
        parts = sql.split("%s")
        told = "".join(part + f"b.{next(left)}" for part in parts[:-1]) + parts[-1]
        told = " ".join(told.split())
        script.append(f"SELECT x.* FROM bench_floor b, LATERAL ({told}) x WHERE b.n = :n;")
    print("\n".join(script))
