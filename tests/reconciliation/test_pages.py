"""The operator's pages of reconciliation: a statement goes in, an exception is opened and decided; nobody else may."""

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entrepot.jobs.reconciliation import reconcile
from entrepot.reconciliation.models import CaseRow, ReportRow
from tests.parties import make as people

HEAD = "number,date,amount,currency,balance,reference,text\n"
ROWS = "1,2026-11-02,10.00,USD,10.00,,Interest\n2,never,1.00,USD,11.00,,\n"


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=people.user(operator=True)))
    return client


@pytest.mark.django_db
def test_a_statement_goes_in_and_its_exception_is_explained(desk) -> None:
    assert b"Nothing to compare yet" in desk.get("/en/operator/reconciliation/").content
    file = SimpleUploadedFile("bank.csv", (HEAD + ROWS).encode())
    answer = desk.post("/en/operator/reconciliation/reports/", {"file": file}, follow=True)
    assert b"It is no day or moment" in answer.content
    broken = SimpleUploadedFile("bank.csv", (HEAD + ROWS.replace("11.00", "12.00")).encode())
    answer = desk.post("/en/operator/reconciliation/reports/", {"file": broken}, follow=True)
    assert b"does not add up" in answer.content
    assert ReportRow.objects.count() == 1
    reconcile()
    ref = CaseRow.objects.get().ref
    for path in (
        "",
        "exceptions/?why=missing_here&age=8-&place=bank",
        "bank/USD/?day=2026-11-05",
        f"exceptions/{ref}/",
    ):
        shown = desk.get(f"/zh-hans/operator/reconciliation/{path}")
        assert shown.status_code == 200
    decide = f"/en/operator/reconciliation/exceptions/{ref}/decide/"
    refused = desk.post(decide, {"verb": "hand", "text": "Mine to say", "key": "1"})
    assert refused.status_code == 422
    assert b"Mine to say" in refused.content
    done = desk.post(decide, {"verb": "explain", "text": "Paid by the bank.", "key": "1"}, follow=True)
    assert b"Paid by the bank." in done.content
    assert Client().get("/en/operator/reconciliation/").status_code in {302, 403, 404}
