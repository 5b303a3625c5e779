"""Payments, holds, refunds, and the inbox of what the provider says."""

from django.db import models
from django.db.models import F, Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class PaymentRow(OwnedModel):
    """A shopper's payment of one order."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    shopper_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    order_ref = models.CharField(max_length=24)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12)
    description = models.CharField(max_length=200)
    language = models.CharField(max_length=16)
    return_url = models.CharField(max_length=400, default="", blank=True)
    intent_id = models.CharField(max_length=255, default="", blank=True)
    pay_url = models.CharField(max_length=2000, default="", blank=True)
    reason = models.CharField(max_length=64, default="", blank=True)
    trouble = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)
    # When to ask the provider next by ourselves; none once nothing can change any more.
    poll_at = models.DateTimeField(null=True)
    polls = models.IntegerField(default=0)

    class Meta:
        db_table = "payments_payment"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "order_id"], name="payments_payment_order"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payment_positive"),
        )
        indexes = (
            models.Index(fields=["ref"], name="payments_payment_ref"),
            models.Index(fields=["intent_id"], name="payments_payment_intent", condition=~Q(intent_id="")),
            models.Index(fields=["poll_at"], name="payments_payment_poll", condition=Q(poll_at__isnull=False)),
            models.Index(fields=["id"], name="payments_payment_trouble", condition=~Q(trouble="")),
        )

    def __str__(self) -> str:
        return self.ref


class HoldRow(OwnedModel):
    """What a consignment's held money is made of; copied from the order when the money came, never changed."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    payment_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    commission_tax_minor = models.BigIntegerField(db_default=0)
    seat = models.CharField(max_length=2, blank=True, db_default="")
    merchant_currency = models.CharField(max_length=3)
    merchant_net_minor = models.BigIntegerField()
    # What the marketplace adds to what was paid, and delivery that the merchant gives: see ledger.terms.Shares.
    promoted_minor = models.BigIntegerField(default=0, db_default=0)
    promoted_freight_minor = models.BigIntegerField(default=0, db_default=0)
    merchant_freight_minor = models.BigIntegerField(default=0, db_default=0)
    fx = models.DecimalField(max_digits=24, decimal_places=12)
    authority = models.CharField(max_length=2)
    # What went back to the shopper out of each part, and with it of commission and of the merchant's own money.
    given_goods_minor = models.BigIntegerField(db_default=0)
    given_freight_minor = models.BigIntegerField(db_default=0)
    given_duty_minor = models.BigIntegerField(db_default=0)
    given_tax_minor = models.BigIntegerField(db_default=0)
    given_fees_minor = models.BigIntegerField(db_default=0)
    given_commission_minor = models.BigIntegerField(db_default=0)
    given_commission_tax_minor = models.BigIntegerField(db_default=0)
    given_net_minor = models.BigIntegerField(db_default=0)
    given_promoted_minor = models.BigIntegerField(db_default=0)
    given_promoted_freight_minor = models.BigIntegerField(db_default=0)
    given_merchant_freight_minor = models.BigIntegerField(db_default=0)
    state = models.CharField(max_length=8)
    opened_at = models.DateTimeField()
    release_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_hold"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "consignment_id"], name="payments_hold_once"),
            models.CheckConstraint(
                condition=Q(
                    commission_minor__lte=F("goods_minor") + F("promoted_minor") - F("merchant_freight_minor")
                    - F("commission_tax_minor"),
                    goods_minor__gte=0, freight_minor__gte=0, duty_minor__gte=0, tax_minor__gte=0,
                    fees_minor__gte=0, commission_minor__gte=0, commission_tax_minor__gte=0, merchant_net_minor__gte=0,
                    promoted_minor__gte=0, promoted_freight_minor__gte=0, merchant_freight_minor__gte=0,
                ),
                name="payments_hold_parts",
            ),
            models.CheckConstraint(
                condition=Q(state="released", released_at__isnull=False)
                | Q(state__in=["open", "refunded"], released_at__isnull=True),
                name="payments_hold_states",
            ),
            models.CheckConstraint(
                condition=Q(
                    given_goods_minor__range=(0, F("goods_minor")), given_freight_minor__range=(0, F("freight_minor")),
                    given_duty_minor__range=(0, F("duty_minor")), given_tax_minor__range=(0, F("tax_minor")),
                    given_fees_minor__range=(0, F("fees_minor")),
                    given_commission_minor__range=(0, F("commission_minor")),
                    given_commission_tax_minor__gte=0, given_net_minor__range=(0, F("merchant_net_minor")),
                    given_promoted_minor__range=(0, F("promoted_minor")),
                    given_promoted_freight_minor__range=(0, F("promoted_freight_minor")),
                    given_merchant_freight_minor__range=(0, F("merchant_freight_minor")),
                ),
                name="payments_hold_given",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=["release_at"], name="payments_hold_due", condition=Q(state="open")),
            models.Index(fields=["merchant_id", "id"], name="payments_hold_merchant"),
        )

    def __str__(self) -> str:
        return f"hold for {self.consignment_id}"


class RefundRow(OwnedModel):
    """Money owed back to a shopper; `key` says what for, so that it is owed once.

    consignment_id, merchant_id: none for the money of a whole order; `asked` is the wish, to tell a repeat by.
    """

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    shopper_id = models.BigIntegerField()
    payment_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    intent_id = models.CharField(max_length=255)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=64)
    state = models.CharField(max_length=8)
    provider_id = models.CharField(max_length=64, default="", blank=True)
    consignment_id = models.BigIntegerField(null=True)
    merchant_id = models.BigIntegerField(null=True)
    asked = models.CharField(max_length=400, db_default="", blank=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_refund"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "payment_id", "key"], name="payments_refund_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_refund_positive"),
        )
        indexes = (models.Index(fields=["opened_at"], name="payments_refund_open", condition=Q(state="open")),)

    def __str__(self) -> str:
        return self.ref


class RefundPartRow(OwnedModel):
    """One part of one line within a refund. Written once, never changed; their sums are what went back so far."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    refund_id = models.BigIntegerField()
    number = models.IntegerField()
    part = models.CharField(max_length=8)
    bearer = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    promoted_minor = models.BigIntegerField()
    promoted_freight_minor = models.BigIntegerField()
    delivery_minor = models.BigIntegerField()
    carrier = models.CharField(max_length=12)
    commission_minor = models.BigIntegerField()
    commission_tax_minor = models.BigIntegerField()
    merchant_currency = models.CharField(max_length=3)
    own_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_refundpart"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id", "consignment_id", "refund_id", "number", "part"],
                name="payments_refundpart_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0, promoted_minor__gte=0, commission_minor__gte=0, commission_tax_minor__gte=0,
                    own_minor__gte=0, promoted_freight_minor__gte=0, delivery_minor__gte=0,
                ),
                name="payments_refundpart_positive",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.part} of line {self.number}"


class OperatorActionRow(models.Model):
    """What an operator did about a payment or a message of the provider's, and why. Written once, never changed."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    payment_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=12)
    reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        db_table = "payments_operatoraction"
        constraints = (
            models.CheckConstraint(
                condition=Q(payment_id__isnull=False) ^ Q(event_id__isnull=False),
                name="payments_operatoraction_about_one",
            ),
        )
        indexes = (models.Index(fields=["payment_id"], name="payments_operatoraction_about"),)

    def __str__(self) -> str:
        return f"{self.verb} {self.payment_id or self.event_id}"


class EventRow(models.Model):
    """The inbox: every signed message of the provider, once, with its body as it came."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    event_id = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=64)
    object_id = models.CharField(max_length=255)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, default="", blank=True)
    trouble = models.CharField(max_length=200, default="", blank=True)
    tries = models.IntegerField(default=0)

    class Meta:
        db_table = "payments_event"
        indexes = (
            models.Index(fields=["received_at"], name="payments_event_waiting", condition=Q(processed_at__isnull=True)),
            models.Index(fields=["id"], name="payments_event_odd", condition=Q(outcome__in=["unmatched", "refused"])),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
