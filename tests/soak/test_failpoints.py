"""The process dies at every place there is and comes back: it ends as if nothing had happened, and the audit is clean."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from entrepot.base import clock, failpoints
from entrepot.base.owners import across_owners
from entrepot.channels import queries as channels
from entrepot.channels.services import open_presets
from entrepot.jobs.audit import CHECKS, audited
from tests.house.emptying import empty_database
from tests.soak.boundaries import boundaries

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
# A few of them in every run; `make soak` takes all.
SAMPLE = (
    "commit.open_payout.after",
    "provider.send_payout.after",
    "commit.open_payout_run.before",
    "commit.take_bank_answer.after",
)
# The play's sales were neither quoted nor declared to customs, and one refund is meant to need a person.
UNPLAYED = {"allowance.orders", "orders.quotes", "payments.unmatched"}
SOUND = [one for one in CHECKS if one.name not in UNPLAYED]
# Parcels, product files and prices are not this play's; what a kill at a random moment does to them, the journeys show.
ELSEWHERE = (
    "carriage.", "carrier.", "catalogue.", "landed.", "pictures.", "reports.", "reconciliation.", "book_report", "remit_owed", "write_off_difference", "import_feed", "quote_basket", "order_ahead",
    "ship_consignment", "record_tracking", "receive_parcel", "undo_receive", "consolidate", "unpack", "dispatch_box",
    "refuse_at_customs", "give_back_refused", "return_to_zone", "disputes.lapse_claim", "disputes.stall_claim",
)  # fmt: skip
SUMS = (
    "SELECT 'ledger', kind, currency, sum(credits_posted - debits_posted) FROM ledger_standing GROUP BY 2, 3",
    "SELECT 'orders', state, '', count(*) FROM orders_order GROUP BY 2",
    "SELECT 'consignments', stage, '', count(*) FROM orders_consignment GROUP BY 2",
    "SELECT 'payments', state, '', count(*) FROM payments_payment GROUP BY 2",
    "SELECT 'holds', state, '', count(*) FROM payments_hold GROUP BY 2",
    "SELECT 'refunds', state, currency, sum(amount_minor) FROM payments_refund GROUP BY 2, 3",
    "SELECT 'payouts', state, currency, sum(amount_minor) FROM payments_payout GROUP BY 2, 3",
    "SELECT 'chargebacks', state, '', count(*) FROM payments_chargeback GROUP BY 2",
    "SELECT 'disputes', state, '', count(*) FROM disputes_dispute GROUP BY 2",
    "SELECT 'stock', '', '', sum(on_hand - reserved) FROM stock_position",
    "SELECT 'transfers', code, currency, count(*) FROM ledger_transfer WHERE amount_minor > 0 GROUP BY 2, 3",
)


def played(home: Path, at: str, *stations: str) -> tuple[list[tuple[object, ...]], tuple[str, ...]]:
    """What a whole play comes to, in numbers, and where it died on the way."""
    home.mkdir()
    empty_database()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    channels.forget()
    open_presets()
    names = connection.settings_dict
    url = f"postgresql://{names['USER']}:{names['PASSWORD']}@{names['HOST']}:{names['PORT']}/{names['NAME']}"
    told = {
        "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "entrepot.config.settings", "ENTREPOT_FAIL_AT": at,
        "ENTREPOT_FAIL_NOTES": str(home / "deaths"), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.play", str(home), *stations], cwd=ROOT, env={**os.environ, **told}, timeout=900,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    deaths = failpoints.deaths(home / "deaths")
    assert done.returncode == 0, f"after {deaths[-1:]}: {done.stderr[-3000:]}"
    assert int(done.stdout) == len(deaths)
    found = audited(checks=SOUND, at=clock.now(), patience=timedelta(days=9000))
    off = {one.check.name: one.offenders[:1] for one in found if not one.clean}
    assert off == {}, str(off)
    with across_owners("what a play comes to"), connection.cursor() as cursor:
        sums: list[tuple[object, ...]] = []
        for sql in SUMS:
            cursor.execute(sql)
            sums += sorted(cursor.fetchall())
    return sums, deaths


def test_a_few_deaths_change_nothing(tmp_path: Path) -> None:
    plain, none = played(tmp_path / "plain", "", "paid_out")
    assert none == ()
    killed, deaths = played(tmp_path / "killed", ",".join(SAMPLE), "paid_out")
    assert sorted(deaths) == sorted(SAMPLE)
    assert killed == plain


@pytest.mark.slow
def test_dying_everywhere_changes_nothing(tmp_path: Path) -> None:
    plain, _ = played(tmp_path / "plain", "")
    killed, deaths = played(tmp_path / "killed", ",".join(boundaries()))
    assert killed == plain
    missed = {name.removeprefix("commit.").rpartition(".")[0] for name in boundaries() - set(deaths)}
    assert {name for name in missed if not name.startswith(ELSEWHERE)} == set()
