"""What landed cost takes inside one process: `python -m bench inside PLAN` prints JSON. Started by `bench landed`."""

import itertools
import json
import random
import resource
import time
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from entrepot.customs import queries as customs
from entrepot.customs.rules import COUNTRIES
from entrepot.landed import queries as landed
from entrepot.landed.rules import request_of
from entrepot.landed.rules.batch import Parcels, full_codes, line_duties, matrix, parcels_taken, rate_table
from entrepot.landed.terms import QuoteRequest

ORIGINS = ("CN", "CN", "CN", "VN", "DE", "IT", "JP", "KR", "IN", "MX", "CA", "GB")


def bodies(codes: list[str], on: str, lines: int, count: int) -> list[dict[str, Any]]:
    """Requests over random codes and origins, each with all quantities that a rate may ask for."""
    chance = random.Random(7)
    units = ("no", "prs", "doz", "kg", "g", "l", "m2", "m3", "t")
    return [
        {
            "id": str(number), "on": on, "destination": "US", "ship_from": "CN", "mode": "express", "transport": "air",
            "currency": "USD",
            "lines": [
                {
                    "goods_code": chance.choice(codes), "origin": chance.choice(ORIGINS), "currency": "USD",
                    "value": str(Decimal(chance.randrange(100, 90_000)) / 100), "measures": dict.fromkeys(units, "1"),
                }
                for _ in range(lines)
            ],
        }
        for number in range(count)
    ]  # fmt: skip


def timed(requests: list[bytes], seconds: float) -> dict[str, Any]:
    """From the JSON of a request to the JSON of its answer, one after the other on one core."""
    encoder, times, cpu, statuses = msgspec.json.Encoder(), [], [], {}
    for body in requests:  # law, codes and caches as warm as a server's
        landed.answer(request=request_of(body=body))
    began = time.perf_counter()
    for body in itertools.cycle(requests):
        at, used = time.perf_counter(), time.process_time()
        answer = landed.answer(request=request_of(body=body))
        encoder.encode(answer)
        times.append(time.perf_counter() - at)
        cpu.append(time.process_time() - used)
        statuses[answer.status.value] = statuses.get(answer.status.value, 0) + 1
        if time.perf_counter() - began > seconds and len(times) >= len(requests):
            break
    times.sort()
    cpu.sort()
    return {
        "cpu_p99_ms": cpu[int(len(cpu) * 0.99)] * 1000,
        "cpu_p50_ms": cpu[len(cpu) // 2] * 1000,
        "a_second": len(times) / (time.perf_counter() - began),
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "statuses": statuses,
    }


def quotes(plan: dict[str, Any]) -> dict[str, Any]:
    law = customs.law(destination="US", on=date.fromisoformat(plan["on"]))
    codes = full_codes(law=law)
    found: dict[str, Any] = {"version": law.version, "codes": len(codes)}
    for lines in (1, 10):
        asked = [json.dumps(body).encode() for body in bodies(codes, plan["on"], lines, 300)]
        found[f"quote_{lines}"] = timed(asked, plan["seconds"])
    decoder, encoder = msgspec.json.Decoder(QuoteRequest), msgspec.json.Encoder()
    at = time.perf_counter()
    for body in asked:
        encoder.encode(decoder.decode(body))
    found["floor_10"] = {"p50_ms": (time.perf_counter() - at) / len(asked) * 1000}
    return found


def the_matrix(plan: dict[str, Any]) -> dict[str, Any]:
    at = time.perf_counter()
    law = customs.law(destination="US", on=date.fromisoformat(plan["on"]))
    codes = full_codes(law=law)
    loaded, cpu = time.perf_counter(), time.process_time()
    table = rate_table(law=law, codes=codes, origins=COUNTRIES)
    totals, _ = matrix(table=table)
    return {
        "law_seconds": loaded - at,
        "seconds": time.perf_counter() - loaded,
        "cpu_seconds": time.process_time() - cpu,
        "codes": len(codes),
        "origins": len(COUNTRIES),
        "distinct": len(table.flags) - 2,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "cells": int(totals.size),
    }


def batch(plan: dict[str, Any]) -> dict[str, Any]:
    law = customs.law(destination="US", on=date.fromisoformat(plan["on"]))
    codes = full_codes(law=law)
    table = rate_table(law=law, codes=codes, origins=COUNTRIES, carry_forward=True)
    chance, count = np.random.default_rng(7), plan["lines"]
    lines = Parcels(
        chance.integers(0, len(codes), count, dtype=np.int32),
        chance.integers(0, len(COUNTRIES), count, dtype=np.int32),
        chance.integers(100, 500_000, count, dtype=np.int64),
    )
    found: dict[str, Any] = {"lines": count}
    for name, run in (
        ("duty", lambda: line_duties(table=table, lines=lines)[1]),
        ("duty_and_fees", lambda: parcels_taken(law=law, table=table, lines=lines).settled),
        ("floor", lambda: lines.values * table.totals[table.cells[table.code_class[lines.codes], 0]] > 0),
    ):
        times = []
        for _ in range(5):
            at = time.perf_counter()
            settled = run()
            times.append(time.perf_counter() - at)
        found[name] = {"a_second": count / sorted(times)[2], "settled": float(settled.mean())}
    return found


def main(arguments: list[str]) -> None:
    plan = json.loads(arguments[0])
    print(json.dumps({"quotes": quotes, "matrix": the_matrix, "batch": batch}[plan["what"]](plan)))
