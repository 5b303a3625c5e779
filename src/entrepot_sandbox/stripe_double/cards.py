"""Checkout Sessions, PaymentIntents, charges, refunds and disputes of the double."""

import time
from typing import Final

from entrepot_sandbox.store import Json
from entrepot_sandbox.stripe_double.books import Books, now, whole_of
from entrepot_sandbox.stripe_double.forms import ApiError, Params, currency, inner, listed, only, text, whole

DISPUTE_FEE: Final = 1_500
ANSWER_WITHIN: Final = 7 * 24 * 3600
SUCCEEDS, DECLINED, DISPUTED = "4242424242424242", "4000000000000002", "4000000000000259"


class Cards(Books):
    """Money from shoppers, and back to them."""

    def create_session(self, params: Params, public_url: str) -> Json:
        only(params, "mode", "client_reference_id", "success_url", "cancel_url", "locale", "line_items", "metadata",
             "payment_intent_data", "adaptive_pricing")  # fmt: skip
        if text(params, "mode") != "payment":
            raise ApiError(400, "Only payment mode is here.", param="mode")
        item = inner(inner(params, "line_items"), "0")
        price = inner(item, "price_data")
        amount = whole(price, "unit_amount") * whole(item, "quantity")
        session = self.new("cs_test", "checkout.session")
        session |= {
            "amount_total": amount,
            "amount_subtotal": amount,
            "currency": currency(price),
            "client_reference_id": text(params, "client_reference_id", needed=False) or None,
            "success_url": text(params, "success_url"),
            "cancel_url": text(params, "cancel_url", needed=False),
            "locale": text(params, "locale", needed=False) or "auto",
            "mode": "payment",
            "metadata": inner(params, "metadata"),
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "ui_mode": "hosted_page",
            "url": f"{public_url}/pay/{session['id']}",
            "expires_at": now() + 24 * 3600,
        }
        asked = {"data": inner(params, "payment_intent_data"), "name": text(inner(price, "product_data"), "name")}
        self.store.put({"id": f"asked/{session['id']}", **asked}, kind="asked")
        self.keep(session)
        return session

    def expire_session(self, key: str) -> Json:
        session = self.found("checkout.session", key)
        if session["status"] != "open":
            raise ApiError(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
        session |= {"status": "expired", "url": None}
        self.keep(session)
        self.tell("checkout.session.expired", session)
        return session

    def pay_session(self, session: Json, number: str) -> str:
        """A card is given on the hosted page; gives what is wrong with it."""
        asked = self.store.thing(f"asked/{session['id']}", kind="asked") or {}
        data = asked.get("data")
        intent = self._intent_of(session, data if isinstance(data, dict) else {})
        if number == DECLINED:
            intent["last_payment_error"] = {
                "type": "card_error",
                "code": "card_declined",
                "decline_code": "generic_decline",
            }
            self.keep(intent)
            self.keep(session | {"payment_intent": intent["id"]})
            self.tell("payment_intent.payment_failed", intent)
            return "declined"
        self._authorise(intent, number)
        session |= {"payment_intent": intent["id"], "status": "complete", "url": None}
        session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"
        self.keep(session)
        self.tell("checkout.session.completed", session)
        return ""

    def _intent_of(self, session: Json, data: Params) -> Json:
        if session["payment_intent"]:
            return self.found("payment_intent", str(session["payment_intent"]))
        return self.new(
            "pi", "payment_intent", amount=session["amount_total"], amount_capturable=0, amount_received=0,
            currency=session["currency"], status="requires_payment_method", latest_charge=None,
            capture_method=text(data, "capture_method", needed=False) or "automatic_async",
            description=text(data, "description", needed=False) or None, metadata=inner(data, "metadata"),
            transfer_group=text(data, "transfer_group", needed=False) or None, last_payment_error=None,
            canceled_at=None, cancellation_reason=None,
        )  # fmt: skip

    def _authorise(self, intent: Json, number: str) -> None:
        amount = whole_of(intent["amount"])
        charge = self.new(
            "ch", "charge", amount=amount, amount_captured=0, amount_refunded=0, currency=intent["currency"],
            captured=False, disputed=False, refunded=False, paid=True, status="succeeded",
            payment_intent=intent["id"], transfer_group=intent["transfer_group"], balance_transaction=None,
        )  # fmt: skip
        intent |= {"latest_charge": charge["id"], "status": "requires_capture", "amount_capturable": amount}
        self.keep(charge, under=str(intent["id"]))
        if intent["capture_method"] == "manual":
            self.keep(intent)
            self.tell("payment_intent.amount_capturable_updated", intent)
        else:
            self._capture(intent, amount)
        if number == DISPUTED:
            self.store.later("dispute", str(intent["id"]), wait=0)

    def capture(self, key: str, params: Params) -> Json:
        only(params, "amount_to_capture", "metadata")
        intent = self.found("payment_intent", key)
        if intent["status"] != "requires_capture":
            raise ApiError(
                400,
                f"This PaymentIntent could not be captured because it has a status of {intent['status']}.",
                code="payment_intent_unexpected_state",
            )
        amount = whole(params, "amount_to_capture", otherwise=whole_of(intent["amount_capturable"]))
        if amount > whole_of(intent["amount_capturable"]):
            raise ApiError(400, "The amount is greater than what can be captured.", code="amount_too_large")
        self._capture(intent, amount)
        return intent

    def _capture(self, intent: Json, amount: int) -> None:
        charge = self.found("charge", str(intent["latest_charge"]))
        moved = self.move(
            amount=amount, fee=amount * 29 // 1000 + 30, currency=intent["currency"], source=charge["id"], kind="charge"
        )
        charge |= {"captured": True, "amount_captured": amount, "balance_transaction": moved["id"]}
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        self.keep(charge)
        self.keep(intent)
        self.tell("payment_intent.succeeded", intent)

    def cancel(self, key: str) -> Json:
        intent = self.found("payment_intent", key)
        if intent["status"] in ("succeeded", "canceled", "processing"):
            raise ApiError(
                400,
                f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
                code="payment_intent_unexpected_state",
            )
        intent |= {"status": "canceled", "canceled_at": now(), "amount_capturable": 0}
        self.keep(intent)
        self.tell("payment_intent.canceled", intent)
        return intent

    # --- refunds

    def create_refund(self, params: Params) -> Json:
        only(params, "payment_intent", "charge", "amount", "metadata", "reason")
        intent = self.found("payment_intent", text(params, "payment_intent"))
        if intent["status"] != "succeeded":
            raise ApiError(400, "This PaymentIntent has no successful charge.", code="payment_intent_unexpected_state")
        charge = self.found("charge", str(intent["latest_charge"]))
        if charge["disputed"]:
            raise ApiError(400, f"Charge {charge['id']} has been charged back.", code="charge_disputed")
        left = whole_of(charge["amount_captured"]) - whole_of(charge["amount_refunded"])
        if not left:
            raise ApiError(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        amount = whole(params, "amount", otherwise=left)
        if amount > left:
            raise ApiError(400, "Refund amount is greater than unrefunded amount on charge.", code="amount_too_large")
        refund = self.new(
            "re", "refund", amount=amount, currency=charge["currency"], charge=charge["id"], reason=None,
            payment_intent=intent["id"], status="succeeded", metadata=inner(params, "metadata"),
        )  # fmt: skip
        moved = self.move(amount=-amount, fee=0, currency=charge["currency"], source=refund["id"], kind="refund")
        refund["balance_transaction"] = moved["id"]
        charge["amount_refunded"] = whole_of(charge["amount_refunded"]) + amount
        charge["refunded"] = amount == left
        self.keep(charge)
        self.keep(refund, under=str(intent["id"]))
        self.tell("charge.refunded", charge)
        self.tell("refund.created", refund)
        return refund

    def list_refunds(self, params: Params) -> Json:
        only(params, "payment_intent", "limit", "starting_after")
        return listed(self.store.things(kind="refund", reference=text(params, "payment_intent")), "/v1/refunds", params)

    # --- disputes

    def open_dispute(
        self, intent_id: str, *, reason: str = "fraudulent", amount: int = 0, inquiry: bool = False
    ) -> Json:
        """What the card's bank does: it asks, or takes the money and a fee at once."""
        intent = self.found("payment_intent", intent_id)
        charge = self.found("charge", str(intent["latest_charge"]))
        dispute = self.new(
            "dp", "dispute", amount=amount or charge["amount_captured"], currency=charge["currency"],
            charge=charge["id"], payment_intent=intent_id, reason=reason, balance_transactions=[],
            is_charge_refundable=inquiry, status="warning_needs_response" if inquiry else "needs_response",
            evidence={}, enhanced_eligibility_types=[],
            evidence_details={"due_by": int(time.time()) + ANSWER_WITHIN, "has_evidence": False, "past_due": False,
                              "submission_count": 0},
        )  # fmt: skip
        self.keep(dispute, under=intent_id)
        self.tell("charge.dispute.created", dispute)
        if not inquiry:
            self.withdraw(str(dispute["id"]))
        return self.found("dispute", str(dispute["id"]))

    def withdraw(self, key: str) -> None:
        """The bank takes the disputed amount; an inquiry becomes a chargeback by it."""
        dispute = self.found("dispute", key)
        moved = self.move(
            amount=-whole_of(dispute["amount"]),
            fee=DISPUTE_FEE,
            currency=dispute["currency"],
            source=key,
            kind="dispute",
        )
        dispute |= {"balance_transactions": [moved], "status": "needs_response", "is_charge_refundable": False}
        charge = self.found("charge", str(dispute["charge"]))
        self.keep(charge | {"disputed": True})
        self.keep(dispute)
        self.tell("charge.dispute.funds_withdrawn", dispute)

    def answer_dispute(self, key: str, params: Params) -> Json:
        only(params, "evidence", "submit", "metadata")
        dispute = self.found("dispute", key)
        details = dispute["evidence_details"]
        assert isinstance(details, dict)
        if dispute["status"] not in ("needs_response", "warning_needs_response") or details["submission_count"]:
            raise ApiError(400, "This dispute is already closed.", code="dispute_closed")
        given = inner(params, "evidence")
        dispute["evidence"] = {**_as_object(dispute["evidence"]), **given}
        details["has_evidence"] = bool(given)
        if params.get("submit") != "false":
            details["submission_count"] = 1
            inquiry = str(dispute["status"]).startswith("warning")
            dispute["status"] = "warning_under_review" if inquiry else "under_review"
            words = str(given.get("uncategorized_text", ""))
            if "winning_evidence" in words or "losing_evidence" in words:
                self.store.later("won" if "winning_evidence" in words else "lost", key, wait=0)
        self.keep(dispute)
        self.tell("charge.dispute.updated", dispute)
        return dispute

    def rule(self, key: str, *, won: bool) -> None:
        """The bank decides. What was won comes back; the fee does not."""
        dispute = self.found("dispute", key)
        if dispute["status"] in ("won", "lost"):
            return
        dispute["status"] = "won" if won else "lost"
        if won:
            amount = whole_of(dispute["amount"])
            back = self.move(amount=amount, fee=0, currency=dispute["currency"], source=key, kind="dispute_reversal")
            moves = dispute["balance_transactions"]
            assert isinstance(moves, list)
            moves.append(back)
        self.keep(dispute)
        self.tell("charge.dispute.closed", dispute)
        if won:
            self.tell("charge.dispute.funds_reinstated", dispute)


def _as_object(value: object) -> Json:
    assert isinstance(value, dict)
    return value
