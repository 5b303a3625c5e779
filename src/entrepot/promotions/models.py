"""Promotions, the merchants who agreed to bear a part, and the orders that use them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel
from entrepot.promotions.terms import Kind


class PromotionRow(OwnedModel):
    """A promotion of the merchant `merchant_id`, or of the marketplace (0). Its terms never change, it only ends.

    uses: orders that hold it, counted only where there is a most.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    key = models.CharField(max_length=255)
    title = models.JSONField()
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in Kind])
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    amount_minor = models.BigIntegerField(null=True)
    minimum_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    buy = models.IntegerField(default=0)
    free = models.IntegerField(default=0)
    only_merchant_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=32, blank=True, default="")
    category = models.CharField(max_length=255, blank=True, default="")
    listing_ids = ArrayField(models.BigIntegerField(), default=list)
    code = models.CharField(max_length=24, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    uses_max = models.IntegerField(null=True)
    uses_each = models.IntegerField(null=True)
    uses = models.IntegerField(default=0)
    exclusive = models.BooleanField(default=False)
    rank = models.IntegerField(default=100)
    platform_percent = models.IntegerField(default=0)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "promotions_promotion"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="promotions_promotion_ref"),
            models.UniqueConstraint(fields=["merchant_id", "key"], name="promotions_promotion_key"),
            models.UniqueConstraint(fields=["merchant_id", "code"], condition=~Q(code=""), name="promotions_code_once"),
            models.CheckConstraint(
                condition=Q(uses__gte=0) & (Q(uses_max=None) | Q(uses__lte=F("uses_max"))), name="promotions_uses"
            ),
            models.CheckConstraint(
                condition=Q(platform_percent__gte=0, platform_percent__lte=100)
                & (Q(merchant_id=0) | Q(platform_percent=0, only_merchant_id=F("merchant_id"))),
                name="promotions_bearer",
            ),
        )
        indexes = (
            models.Index(
                fields=["merchant_id", "until"], condition=Q(ended_at=None, code=""), name="promotions_running"
            ),
            models.Index(fields=["merchant_id", "id"], name="promotions_listed"),
        )

    def __str__(self) -> str:
        return self.ref


class ConsentRow(OwnedModel):
    """A merchant's word that it bears its part of a promotion of the marketplace; withdrawn for orders to come."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    promotion_id = models.BigIntegerField()
    platform_percent = models.IntegerField()
    given_by = models.BigIntegerField()
    given_at = models.DateTimeField()
    withdrawn_by = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "promotions_consent"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id", "promotion_id"],
                condition=Q(withdrawn_at=None),
                name="promotions_consent_once",
            ),
        )
        indexes = (models.Index(fields=["promotion_id"], name="promotions_consent_for"),)

    def __str__(self) -> str:
        return f"{self.merchant_id} bears of {self.promotion_id}"


class UseRow(OwnedModel):
    """An order of a shopper holds a promotion; given back when the order is given up. owner_id: who made it."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField()
    promotion_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    off_minor = models.BigIntegerField()
    promoted_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    held_at = models.DateTimeField()
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "promotions_use"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "order_id", "promotion_id"], name="promotions_use_once"),
        )
        indexes = (models.Index(fields=["promotion_id"], name="promotions_use_of"),)

    def __str__(self) -> str:
        return f"{self.order_id} uses {self.promotion_id}"


class TallyRow(OwnedModel):
    """How many orders of one shopper hold a promotion; the row that two orders at once wait for."""

    OWNER = "shopper_id"
    id = models.BigAutoField(primary_key=True)
    shopper_id = models.BigIntegerField()
    promotion_id = models.BigIntegerField()
    uses = models.IntegerField()

    class Meta:
        db_table = "promotions_tally"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "promotion_id"], name="promotions_tally_once"),
            models.CheckConstraint(condition=Q(uses__gte=0), name="promotions_tally_uses"),
        )

    def __str__(self) -> str:
        return f"{self.shopper_id} {self.promotion_id}"
