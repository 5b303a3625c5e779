"""Importing a product file: upload, progress that can be left, the report row by row, what did not go in, undo."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.identity import new_reference
from entrepot.base.problems import said
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.rules.findings import MESSAGES
from entrepot.catalogue.services import begin_undo, open_import
from entrepot.catalogue.terms import Finding, ImportReport, ImportTrouble, Lack, Severity
from entrepot.channels import queries as channels
from entrepot.channels.terms import NotAdmitted
from entrepot.kernel.errors import EntrepotError, fill
from entrepot.parties.terms import Merchant
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.merchant.words import channel_name, lack_name
from entrepot.web.viewer import viewer_of

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One finding as the report shows it."""

    line: int
    handle: str
    field: str
    severity: Severity
    what: str
    remedy: str


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The upload form and the imports so far; POST takes a file in and goes to its progress."""
    wrong: list[tuple[str, str]] = []
    if request.method == "POST":
        uploaded = request.FILES.get("file")
        if uploaded is None:
            wrong = [("file", _("Choose the product file to import."))]
        else:
            try:
                ref = open_import(
                    merchant_id=merchant.id,
                    file=uploaded,  # type: ignore[arg-type]  # Django's file reads like any other
                    filename=(uploaded.name or "file.csv")[:200],
                    currency=request.POST.get("currency", "")[:3],
                    channel=request.POST.get("channel", "")[:32],
                    encoding=request.POST.get("encoding", "")[:20],
                    key=request.POST.get("key", "")[:64] or new_reference("key"),
                    at=clock.now(),
                )
            except (ImportTrouble, NotAdmitted) as refusal:
                wrong = [("file", _sentence(refusal))]
            else:
                return HttpResponseRedirect(reverse("merchant-import", args=[merchant.slug, ref]))
    after = request.GET.get("after", "")
    page = catalogue.import_runs(viewer=viewer_of(request), merchant_id=merchant.id, after=after)
    open_channels = [one for one in channels.channels() if one.slug in merchant.channels]
    known = [merchant.currency, *(code for one in open_channels for code in one.currencies)]
    shown = {
        "merchant": merchant,
        "runs": page.rows,
        "following": page.next,
        "first": not after,
        "wrong": wrong,
        "channels": [(one.slug, one.name) for one in open_channels],
        "currencies": [(code, code) for code in dict.fromkeys(known)],
        "key": new_reference("key"),
    }
    return render(request, "merchant/imports.html", shown, status=422 if wrong else 200)


@for_merchant
def show(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """One import: its progress while it works, then its report with filters that stay in the address."""
    viewer = viewer_of(request)
    run = catalogue.import_run(viewer=viewer, merchant_id=merchant.id, ref=ref)
    if request.headers.get("HX-Request") and not run.ended:
        return render(request, "merchant/import_progress.html", {"merchant": merchant, "run": run})
    severity = _kind(request.GET.get("severity", ""), run)
    after = request.GET.get("after", "")
    found = catalogue.import_rows(
        viewer=viewer,
        merchant_id=merchant.id,
        ref=ref,
        severity=severity,
        code=request.GET.get("code", "")[:64],
        after=int(after) if after.isdigit() else 0,
        limit=_PAGE,
    )
    shown = {
        "merchant": merchant,
        "run": run,
        "trouble": _about(run.trouble, dict(run.trouble_facts)) if run.trouble else None,
        "rows": [_said(one) for one in found.rows],
        "codes": [(one, _about(one.code, dict(one.facts))[0]) for one in run.codes],
        "channel_name": channel_name,
        "severity": severity,
        "following": found.next or None,
        "first": not after,
    }
    response = render(request, "merchant/import.html", shown)
    if request.headers.get("HX-Request"):
        # The work has ended: the progress in the page gives way to the whole report.
        response.headers["HX-Refresh"] = "true"
    return response


@for_merchant
def rejected(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse | StreamingHttpResponse:
    """The rows that did not go in, as the same CSV with the reasons beside them."""
    viewer = viewer_of(request)
    run = catalogue.import_run(viewer=viewer, merchant_id=merchant.id, ref=ref)
    pieces = catalogue.rejected_csv(viewer=viewer, merchant_id=merchant.id, ref=ref, translate=_)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    stem = run.filename.rsplit(".", 1)[0].replace('"', "")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{stem.encode("ascii", "ignore").decode()}-rejected.csv"'
    )
    return response


@for_merchant
@require_POST
def undo(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """Take an import back: what it made is archived, what it changed is as it was."""
    begin_undo(merchant_id=merchant.id, ref=ref)
    messages.success(request, _("The import is being undone."))
    return HttpResponseRedirect(reverse("merchant-import", args=[merchant.slug, ref]))


def _kind(asked: str, run: ImportReport) -> str:
    """The kind of findings to show: as asked, else the gravest there is."""
    if asked in set(Severity) or asked == "all":
        return "" if asked == "all" else asked
    return Severity.ERROR if run.errors else Severity.WARNING if run.warnings else ""


def _said(one: Finding) -> Said:
    what, remedy = _about(one.code, dict(one.facts))
    return Said(one.line, one.handle, one.field, one.severity, what, remedy)


def _about(code: str, facts: dict[str, str | int]) -> tuple[str, str]:
    """The sentence and the remedy of a code, in the reader's language."""
    sentence = MESSAGES[code]
    if code == "feed.lacks" and "lacks" in facts:
        facts = facts | {"lacks": _(", ").join(lack_name(Lack(one)) for one in str(facts["lacks"]).split(", "))}
    return fill(_(sentence.message), facts), fill(_(sentence.remedy), facts) if sentence.remedy else ""


def _sentence(refusal: EntrepotError) -> str:
    return " ".join(filter(None, said(refusal)))
