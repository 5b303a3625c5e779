"""Baskets and their lines, owned by the shopper."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class Basket(OwnedModel):
    """The one basket of a shopper; it is emptied by an order, never closed.

    codes: of promotions, as entered. delivery: the level chosen, by merchant, channel and place of dispatch.
    """

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField(unique=True)
    ref = models.CharField(max_length=24)
    changed_at = models.DateTimeField()
    codes = ArrayField(models.CharField(max_length=24), default=list, db_default=[])
    delivery = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        db_table = "basket_basket"

    def __str__(self) -> str:
        return self.ref


class Line(OwnedModel):
    """One article through one channel."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField()
    basket_id = models.BigIntegerField()
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    channel = models.CharField(max_length=32)
    quantity = models.IntegerField()

    class Meta:
        db_table = "basket_line"
        constraints = (
            models.UniqueConstraint(
                fields=["shopper_id", "basket_id", "merchant_id", "variant_id", "channel"], name="basket_line_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1) & Q(quantity__lte=99), name="basket_line_quantity"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"
