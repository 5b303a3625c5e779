"""Connected accounts, transfers to them and their payouts."""

from typing import Final

from entrepot_sandbox.store import Json
from entrepot_sandbox.stripe_double.books import now, whole_of
from entrepot_sandbox.stripe_double.cards import Cards
from entrepot_sandbox.stripe_double.forms import ApiError, Params, currency, inner, listed, only, text, whole

# Bank accounts that misbehave, by their last digits. Source: docs.stripe.com/connect/testing, read 2026-11; the last is ours.
CLOSED: Final = "1113"
COMES_BACK: Final = "1171"
# Where Connect does not pay out to from a platform in the US, UK, EEA, Canada or Switzerland by itself.
COUNTRIES: Final = frozenset({"US", "GB", "CA", "CH", "DE", "FR", "NL", "IE", "ES", "IT", "PL", "AT", "BE", "FI", "PT"})


class Payouts(Cards):
    """Money to merchants."""

    def create_account(self, params: Params) -> Json:
        only(params, "type", "country", "email", "capabilities", "controller", "metadata", "external_account",
             "business_profile", "business_type", "tos_acceptance", "company", "individual", "settings")  # fmt: skip
        country = text(params, "country").upper()
        if country not in COUNTRIES:
            raise ApiError(400, f"Connect platforms cannot create accounts in {country}.", code="country_unsupported")
        account = self.new(
            "acct", "account", country=country, email=text(params, "email", needed=False) or None,
            type="express", details_submitted=False, charges_enabled=False, payouts_enabled=False,
            default_currency="usd", metadata=inner(params, "metadata"), bank_last4="", given=[],
            requirements={"alternatives": [], "current_deadline": None, "currently_due": [], "disabled_reason": None,
                          "errors": [], "eventually_due": [], "past_due": [], "pending_verification": []},
        )  # fmt: skip
        return self._told(account, params)

    def update_account(self, key: str, params: Params) -> Json:
        account = self._told(self.found("account", key), params)
        self.tell("account.updated", public(account), key)
        return account

    def _told(self, account: Json, params: Params) -> Json:
        given = account["given"]
        assert isinstance(given, list)
        needed = ("external_account", "tos_acceptance", "business_profile")
        given += [name for name in needed if name in params and name not in given]
        if "external_account" in params:
            account["bank_last4"] = text(inner(params, "external_account"), "account_number")[-4:]
        due = [name for name in needed if name not in given]
        requirements = account["requirements"]
        assert isinstance(requirements, dict)
        requirements |= {"currently_due": due, "disabled_reason": "requirements.past_due" if due else None}
        account |= {"payouts_enabled": not due, "charges_enabled": not due, "details_submitted": not due}
        self.keep(account)
        return account

    def create_transfer(self, params: Params) -> Json:
        only(
            params,
            "amount",
            "currency",
            "destination",
            "transfer_group",
            "source_transaction",
            "metadata",
            "description",
        )
        amount, money = whole(params, "amount"), currency(params)
        destination = text(params, "destination")
        if self.store.thing(destination, kind="account") is None:
            raise ApiError(400, f"No such destination: '{destination}'", code="resource_missing", param="destination")
        self.must_have(amount, money)
        transfer = self.new(
            "tr", "transfer", amount=amount, amount_reversed=0, currency=money, destination=destination, reversed=False,
            transfer_group=text(params, "transfer_group", needed=False) or None, metadata=inner(params, "metadata"),
            source_transaction=None, reversals={"object": "list", "data": [], "has_more": False, "url": ""},
        )  # fmt: skip
        self.move(amount=-amount, fee=0, currency=money, source=transfer["id"], kind="transfer")
        self.move(amount=amount, fee=0, currency=money, source=transfer["id"], kind="payment", account=destination)
        self.keep(transfer, under=str(transfer["transfer_group"] or ""))
        self.tell("transfer.created", transfer)
        return transfer

    def list_transfers(self, params: Params) -> Json:
        only(params, "transfer_group", "destination", "limit", "starting_after")
        group = text(params, "transfer_group", needed=False)
        return listed(self.store.things(kind="transfer", reference=group or None), "/v1/transfers", params)

    def reverse_transfer(self, key: str, params: Params) -> Json:
        only(params, "amount", "metadata", "description")
        transfer = self.found("transfer", key)
        left = whole_of(transfer["amount"]) - whole_of(transfer["amount_reversed"])
        if not left:
            raise ApiError(400, f"Transfer {key} is already fully reversed.", code="transfer_reversed")
        amount = whole(params, "amount", otherwise=left)
        account = str(transfer["destination"])
        self.must_have(amount, transfer["currency"], account)
        self.move(
            amount=-amount, fee=0, currency=transfer["currency"], source=key, kind="payment_refund", account=account
        )
        self.move(amount=amount, fee=0, currency=transfer["currency"], source=key, kind="transfer_refund")
        transfer |= {"amount_reversed": whole_of(transfer["amount_reversed"]) + amount, "reversed": amount == left}
        reversal = self.new(
            "trr", "transfer_reversal", amount=amount, currency=transfer["currency"], transfer=key,
            metadata=inner(params, "metadata"),
        )  # fmt: skip
        self.keep(transfer)
        self.keep(reversal, under=key)
        self.tell("transfer.reversed", transfer)
        return reversal

    def create_payout(self, params: Params, account: str) -> Json:
        only(params, "amount", "currency", "metadata", "description", "method", "statement_descriptor")
        amount, money = whole(params, "amount"), currency(params)
        if account and not self.found("account", account)["payouts_enabled"]:
            raise ApiError(400, "Cannot create payouts: this account has requirements due.", code="payouts_not_allowed")
        self.must_have(amount, money, account)
        payout = self.new(
            "po", "payout", amount=amount, currency=money, status="pending", automatic=False, method="standard",
            type="bank_account", source_type="card", failure_code=None, failure_message=None,
            arrival_date=now(), metadata=inner(params, "metadata"), of=account,
        )  # fmt: skip
        self.move(amount=-amount, fee=0, currency=money, source=payout["id"], kind="payout", account=account)
        self.keep(payout, under=account)
        self.tell("payout.created", public(payout), account)
        self.store.later("payout", str(payout["id"]), wait=0)
        return payout

    def list_payouts(self, params: Params, account: str) -> Json:
        only(params, "limit", "starting_after", "status")
        rows = [public(row) for row in self.store.things(kind="payout", reference=account)]
        return listed(rows, "/v1/payouts", params)

    def step_payout(self, key: str) -> None:
        """A payout goes on: on its way, arrived or refused by the bank, and back where that is what the account does."""
        payout = self.found("payout", key)
        account = str(payout["of"])
        last4 = str(self.found("account", account)["bank_last4"]) if account else ""
        match payout["status"]:
            case "pending":
                payout["status"] = "in_transit"
                self.store.later("payout", key, wait=0)
            case "in_transit" if last4 == CLOSED:
                self._fail(payout, account)
            case "in_transit":
                payout["status"] = "paid"
                self.tell("payout.paid", public(payout), account)
                if last4 == COMES_BACK:
                    self.store.later("payout", key, wait=0)
            case "paid" if last4 == COMES_BACK:
                self._fail(payout, account)
        self.keep(payout)

    def _fail(self, payout: Json, account: str) -> None:
        payout |= {"status": "failed", "failure_code": "account_closed", "failure_message": "The account is closed."}
        amount = whole_of(payout["amount"])
        self.move(
            amount=amount,
            fee=0,
            currency=payout["currency"],
            source=payout["id"],
            kind="payout_failure",
            account=account,
        )
        self.tell("payout.failed", public(payout), account)


def public(thing: Json) -> Json:
    """Without what only the double knows."""
    return {name: value for name, value in thing.items() if name not in ("of", "given", "bank_last4")}
