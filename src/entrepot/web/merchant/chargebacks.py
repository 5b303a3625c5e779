"""Chargebacks as the merchant sees them: what the bank took, until when it listens, and the evidence."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from entrepot.base import clock
from entrepot.base.problems import said
from entrepot.orders import queries as orders
from entrepot.parties.terms import Merchant
from entrepot.payments import queries as payments
from entrepot.payments.rules import FILE_MAX, FILES_MAX, TEXT_MAX, media_type
from entrepot.payments.services import drop_evidence, hand_in_evidence
from entrepot.payments.terms import ChargebackPart, ChargebackState, EvidenceFile, EvidenceKind, EvidenceUnfit
from entrepot.web.merchant.desk import for_merchant
from entrepot.web.viewer import viewer_of

_PAGE = 50
KINDS: dict[EvidenceKind, Promise] = {
    EvidenceKind.SHIPPING: _("Proof of delivery or of sending"),
    EvidenceKind.RECEIPT: _("Invoice or receipt"),
    EvidenceKind.COMMUNICATION: _("Messages with the shopper"),
    EvidenceKind.OTHER: _("Something else"),
}
REASONS: dict[str, Promise] = {
    "fraudulent": _("The card holder says that somebody else paid with the card."),
    "product_not_received": _("The card holder says that the goods never came."),
    "product_unacceptable": _("The card holder says that the goods are damaged or not as described."),
    "duplicate": _("The card holder says that the same was charged twice."),
    "credit_not_processed": _("The card holder says that a refund was promised and never came."),
    "subscription_canceled": _("The card holder says that the order had been cancelled."),
    "unrecognized": _("The card holder does not recognise the payment."),
}
STATES: dict[ChargebackState, tuple[Promise, str]] = {
    ChargebackState.INQUIRY: (_("The bank asks"), "held"),
    ChargebackState.OPEN: (_("Taken back by the bank"), "refused"),
    ChargebackState.WON: (_("Won"), "arrived"),
    ChargebackState.LOST: (_("Decided for the card holder"), "refused"),
    ChargebackState.CLOSED: (_("Closed"), "quiet"),
}


def reason_name(code: str) -> str:
    """Why the card holder's bank took the money, in the reader's language."""
    return str(REASONS.get(code, _("The bank gives no reason that we know.")))


def state_name(state: ChargebackState) -> tuple[str, str]:
    """What a chargeback's state is called, and its tone."""
    name, tone = STATES[state]
    return str(name), tone


@for_merchant
def listing(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    after = request.GET.get("after", "")
    found = payments.chargebacks_of(
        viewer=viewer_of(request), merchant_id=merchant.id,
        after=int(after) if after.isdigit() else None, limit=_PAGE + 1,
    )  # fmt: skip
    shown = {
        "merchant": merchant,
        "rows": found[:_PAGE],
        "refs": _refs(merchant, found),
        "state_name": state_name,
        "following": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "first": not after,
    }
    return render(request, "merchant/chargebacks.html", shown)


@for_merchant
def show(request: HttpRequest, merchant: Merchant, ref: str) -> HttpResponse:
    """One chargeback; POST keeps the evidence, and hands it in when the merchant says that it is complete."""
    viewer = viewer_of(request)
    part = payments.chargeback_part(viewer=viewer, merchant_id=merchant.id, ref=ref)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        text, complete = request.POST.get("text", "")[: TEXT_MAX + 1], "complete" in request.POST
        try:
            hand_in_evidence(
                viewer=viewer, merchant_id=merchant.id, ref=ref, text=text, files=_files(request),
                complete=complete, at=clock.now(),
            )  # fmt: skip
        except EvidenceUnfit as refusal:
            field = "text" if refusal.facts["why"] in {"empty", "text"} else "document"
            wrong, part = {field: said(refusal)[0]}, replace(part, text=text)
        else:
            handed = gettext("Your evidence is complete. It goes to the bank.")
            messages.success(request, handed if complete else gettext("Kept. You can add to it until the bank's date."))
            return HttpResponseRedirect(reverse("merchant-chargeback", args=[merchant.slug, ref]))
    shown = {
        "merchant": merchant,
        "part": part,
        "consignment": _refs(merchant, (part,)).get(part.consignment_id, ""),
        "state": state_name(part.state),
        "reason": reason_name(part.reason),
        "kinds": [(kind.value, str(name)) for kind, name in KINDS.items()],
        "kind_name": {kind: str(name) for kind, name in KINDS.items()},
        "wrong": wrong,
        "files_left": FILES_MAX - len(part.files),
        "most": FILE_MAX // (1024 * 1024),
        "over": part.due_by is not None and part.due_by <= clock.now(),
    }
    return render(request, "merchant/chargeback.html", shown, status=422 if wrong else 200)


@for_merchant
@require_POST
def drop(request: HttpRequest, merchant: Merchant, ref: str, file_id: int) -> HttpResponse:
    """Take a document back."""
    drop_evidence(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref, file_id=file_id)
    messages.success(request, gettext("The document is taken back."))
    return HttpResponseRedirect(reverse("merchant-chargeback", args=[merchant.slug, ref]))


@for_merchant
def document(request: HttpRequest, merchant: Merchant, ref: str, file_id: int) -> HttpResponse:
    """A document as it was handed in, for saving: never shown inside our pages."""
    kept = payments.evidence_file(viewer=viewer_of(request), merchant_id=merchant.id, ref=ref, file_id=file_id)
    answer = HttpResponse(kept.body, content_type=kept.media_type)
    answer["Content-Disposition"] = "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _refs(merchant: Merchant, parts: tuple[ChargebackPart, ...]) -> dict[int, str]:
    return orders.consignment_refs(merchant_id=merchant.id, consignment_ids=[one.consignment_id for one in parts])


def _files(request: HttpRequest) -> list[EvidenceFile]:
    uploaded = request.FILES.get("document")
    if uploaded is None:
        return []
    body = uploaded.read(FILE_MAX + 1)
    kind = request.POST.get("kind", "")
    known = kind if kind in set(EvidenceKind) else EvidenceKind.OTHER
    return [EvidenceFile(known, (uploaded.name or "document")[:120], media_type(body=body) or "unknown", body)]
