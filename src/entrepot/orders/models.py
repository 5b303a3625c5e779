"""Orders are the shopper's, consignments and lines the merchant's. All amounts and texts are copies, never changed."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, JSONField, Q, Value

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel
from entrepot.orders.terms import Stage, State

_SUM: Final = F("goods_minor") + F("freight_minor") + F("duty_minor") + F("tax_minor") + F("fees_minor")


class Priced(OwnedModel):
    """The five parts and their total, as they are paid: after discounts.

    discount, freight_discount: what promotions took off goods and delivery. promoted, promoted_freight: the parts of
    these that the marketplace bears; the rest is the merchant's.
    """

    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0, db_default=0)
    freight_discount_minor = models.BigIntegerField(default=0, db_default=0)
    promoted_minor = models.BigIntegerField(default=0, db_default=0)
    promoted_freight_minor = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        abstract = True


class Claim(OwnedModel):
    """The order id kept for a quote while its order is being made, so that two at once make one order."""

    OWNER = "shopper_id"
    id = models.BigAutoField(primary_key=True)
    shopper_id = models.BigIntegerField()
    quote_ref = models.CharField(max_length=24)
    order_id = models.BigIntegerField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "orders_claim"
        constraints = (models.UniqueConstraint(fields=["shopper_id", "quote_ref"], name="orders_claim_once"),)

    def __str__(self) -> str:
        return self.quote_ref


class Order(Priced):
    """One payment. merchant_ids: who its consignments belong to, so that they can be asked for by owner."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    key = models.CharField(max_length=255)
    quote_ref = models.CharField(max_length=24)
    state = models.CharField(max_length=9, choices=[(state, state) for state in State])
    merchant_ids = ArrayField(models.BigIntegerField())
    destination = models.CharField(max_length=2)
    region = models.CharField(max_length=16, blank=True)
    address = models.JSONField()
    data_version = models.CharField(max_length=80)
    fx = models.JSONField()
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        db_table = "orders_order"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "ref"], name="orders_order_ref"),
            models.UniqueConstraint(fields=["shopper_id", "key"], name="orders_order_key"),
            models.UniqueConstraint(fields=["shopper_id", "quote_ref"], name="orders_order_quote"),
            models.CheckConstraint(condition=Q(total_minor=_SUM), name="orders_order_sum"),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="orders_order_state"),
        )
        indexes = (
            models.Index(fields=["ref"], name="orders_order_by_ref"),
            models.Index(fields=["expires_at"], name="orders_order_expiring", condition=Q(state=State.PLACED)),
        )

    def __str__(self) -> str:
        return self.ref


class Consignment(Priced):
    """One merchant's part of an order from one place, with its own way through customs.

    level: the delivery that the shopper chose. promotions: what each took off this consignment, as it was when ordered.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    shopper_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    order_ref = models.CharField(max_length=24)
    ref = models.CharField(max_length=24)
    number = models.IntegerField()
    merchant_name = models.CharField(max_length=120)
    channel = models.CharField(max_length=32)
    ship_from = models.CharField(max_length=2)
    destination = models.CharField(max_length=2)
    region = models.CharField(max_length=16, blank=True)
    address = models.JSONField()
    mode = models.CharField(max_length=16)
    route = models.CharField(max_length=8)
    regime = models.CharField(max_length=32)
    stage = models.CharField(max_length=10, choices=[(stage, stage) for stage in Stage])
    commission_minor = models.BigIntegerField()
    commission_tax_minor = models.BigIntegerField(db_default=0)
    seat = models.CharField(max_length=2, blank=True, db_default="")
    merchant_currency = models.CharField(max_length=3)
    merchant_net_minor = models.BigIntegerField()
    level = models.CharField(max_length=12, default="standard", db_default="standard")
    promotions = models.JSONField(default=list, db_default=Value([], JSONField()))
    components = models.JSONField()
    notes = models.JSONField()
    trace = models.JSONField()
    data_version = models.CharField(max_length=80)
    annual_used_minor = models.BigIntegerField(null=True)
    days_min = models.IntegerField()
    days_max = models.IntegerField()
    release_days = models.IntegerField()
    placed_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)
    release_at = models.DateTimeField(null=True)
    paused_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_consignment"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="orders_consignment_ref"),
            models.CheckConstraint(condition=Q(total_minor=_SUM), name="orders_consignment_sum"),
            models.CheckConstraint(condition=Q(stage__in=list(Stage)), name="orders_consignment_stage"),
        )
        indexes = (
            models.Index(fields=["ref"], name="orders_consignment_by_ref"),
            models.Index(fields=["merchant_id", "order_id"], name="orders_consignment_order"),
            models.Index(fields=["merchant_id", "stage", "id"], name="orders_consignment_stage"),
            models.Index(
                fields=["route", "stage", "id"],
                name="orders_consignment_depot",
                condition=Q(stage__in=[Stage.SENT, Stage.RECEIVED, Stage.PACKED]),
            ),
            models.Index(fields=["release_at"], name="orders_consignment_due", condition=Q(stage=Stage.DELIVERED)),
        )

    def __str__(self) -> str:
        return self.ref


class Line(Priced):
    """One article as it was when ordered.

    undeducted, undeducted_freight: discounts that the law leaves in the value for customs. merchant_discount,
    merchant_freight: what the merchant bears of the discounts, in the merchant's currency.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    number = models.IntegerField()
    variant_id = models.BigIntegerField()
    listing_ref = models.CharField(max_length=24)
    sku = models.CharField(max_length=120)
    title = models.JSONField()
    options = models.JSONField()
    picture = models.CharField(max_length=400, blank=True)
    goods_code = models.CharField(max_length=16, blank=True)
    origin = models.CharField(max_length=2)
    net_grams = models.IntegerField()
    gross_grams = models.IntegerField(null=True)
    quantity = models.IntegerField()
    unit_minor = models.BigIntegerField()
    category = models.CharField(max_length=120, blank=True, db_default="")
    commission_minor = models.BigIntegerField()
    # As agreed when it was ordered; none on lines from before they were kept.
    commission_rate = models.DecimalField(max_digits=7, decimal_places=5, null=True)
    commission_rule = models.CharField(max_length=48, blank=True, db_default="")
    commission_tax_minor = models.BigIntegerField(db_default=0)
    merchant_currency = models.CharField(max_length=3)
    merchant_unit_minor = models.BigIntegerField()
    merchant_net_minor = models.BigIntegerField()
    undeducted_minor = models.BigIntegerField(default=0, db_default=0)
    undeducted_freight_minor = models.BigIntegerField(default=0, db_default=0)
    merchant_discount_minor = models.BigIntegerField(default=0, db_default=0)
    merchant_freight_minor = models.BigIntegerField(default=0, db_default=0)
    fx = models.DecimalField(max_digits=40, decimal_places=20)

    class Meta:
        db_table = "orders_line"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "consignment_id", "number"], name="orders_line_number"),
            models.CheckConstraint(condition=Q(total_minor=_SUM), name="orders_line_sum"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="orders_line_positive"),
        )
        indexes = (models.Index(fields=["merchant_id", "order_id"], name="orders_line_order"),)

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"
