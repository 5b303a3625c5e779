"""An import whose worker is killed at any moment and started again ends as if nothing had happened."""

import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from entrepot.catalogue import models, queries
from entrepot.catalogue.services import open_import, plant_categories
from entrepot.catalogue.terms import ImportState
from entrepot.channels import queries as channels
from entrepot.channels.services import open_presets
from entrepot.stock import queries as stock
from tests.catalogue import make
from tests.parties import make as parties
from tests.parties.make import AT

pytestmark = pytest.mark.django_db(transaction=True)

PRODUCTS = 150
# The job as the worker runs it, in small steps so that a kill falls into every kind of moment.
CHILD = """
import django; django.setup()
from entrepot.catalogue.rules import feed_file
from entrepot.catalogue.services import applying
from entrepot.jobs import feeds
feed_file.BATCH_ROWS, applying.CHUNK_PRODUCTS = 12, 4
print("ready", flush=True)
assert feeds.run_import(merchant_id={merchant_id}, run_id={run_id})
"""


@pytest.fixture(autouse=True)
def _market(settings, tmp_path: Path):
    channels.forget()
    open_presets()
    plant_categories()
    settings.HOME = tmp_path
    yield
    channels.forget()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def content() -> bytes:
    rows = []
    for number in range(PRODUCTS):
        rows += [make.row(f"p{number}", picture=f"https://p.example/{number}", quantity=str(number)),
                 make.more(f"p{number}", value="Blue", price="9,9" if number % 10 == 0 else "9", grams="80")]  # fmt: skip
    return make.feed(*rows, make.more("p3", value="Green", price="7", grams="70"))


def opened(merchant_id: int) -> int:
    ref = open_import(
        merchant_id=merchant_id,
        file=io.BytesIO(content()),
        filename="x.csv",
        currency="CNY",
        channel="mall",
        at=AT,
        key="k",
    )
    return make.run_id(merchant_id=merchant_id, ref=ref)


def child(tmp_path: Path, merchant_id: int, run_id: int) -> subprocess.Popen[str]:
    settings = connection.settings_dict
    address = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-c", CHILD.format(merchant_id=merchant_id, run_id=run_id)],
        env={**os.environ, "DATABASE_URL": address, "ENTREPOT_HOME": str(tmp_path)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def outcome(merchant_id: int, run_id: int) -> dict[str, object]:
    run = models.ImportRun.objects.get(merchant_id=merchant_id, id=run_id)
    listings = make.all_listings(merchant_id=merchant_id)
    counts = stock.available(variant_ids=[variant.id for one in listings.values() for variant in one.variants])
    return {
        "run": [run.state, run.rows_read, run.rows_rejected, run.products, run.listings_created, run.listings_changed,
                run.listings_same, run.stock_set],
        "said": sorted(make.said(merchant_id=merchant_id, ref=run.ref)),
        "listings": {
            handle: (one.status, one.titles, [
                (variant.options, variant.offers, counts.get(variant.id)) for variant in one.variants
            ])
            for handle, one in listings.items()
        },
        "pictures": models.Picture.objects.filter(merchant_id=merchant_id).count(),
        "scratch": models.StagedVariant.objects.filter(merchant_id=merchant_id).count(),
    }  # fmt: skip


@pytest.mark.slow
def test_killing_the_worker_at_random_moments_changes_nothing_of_the_outcome(tmp_path: Path) -> None:
    calm = parties.merchant()
    straight = opened(calm)
    assert make.feeds.run_import(merchant_id=calm, run_id=straight)

    rough = parties.merchant()
    run_id = opened(rough)
    chance = random.Random(20261122)
    kills = 0
    for _ in range(40):
        with child(tmp_path, rough, run_id) as running:
            assert running.stdout is not None
            if running.stdout.readline() == "ready\n" and kills < 12:
                time.sleep(chance.uniform(0.02, 0.5))
                running.send_signal(signal.SIGKILL)
            kills += running.wait() == -signal.SIGKILL
        if models.ImportRun.objects.get(merchant_id=rough, id=run_id).state == ImportState.DONE:
            break
    assert kills >= 3
    assert outcome(rough, run_id) == outcome(calm, straight)
    assert queries.open_runs(merchant_id=rough, up_to=run_id) == []


def test_scratch_lost_in_a_crash_of_the_server_is_read_again(tmp_path: Path) -> None:
    calm, rough = parties.merchant(), parties.merchant()
    straight, run_id = opened(calm), opened(rough)
    assert make.feeds.run_import(merchant_id=calm, run_id=straight)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("entrepot.catalogue.services.applying.CHUNK_PRODUCTS", 40)
        work = queries.import_work(merchant_id=rough, run_id=run_id)
        assert work is not None
        make.feeds._read(merchant_id=rough, run_id=run_id, work=work)
        assert not make.feeds.import_feed(merchant_id=rough, run_id=run_id, at=AT)
    for table in (models.StagedListing, models.StagedVariant, models.StagedPicture):
        table.objects.filter(merchant_id=rough).delete()
    assert make.feeds.run_import(merchant_id=rough, run_id=run_id)
    assert outcome(rough, run_id) == outcome(calm, straight)
