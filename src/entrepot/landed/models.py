"""Frozen quotes, by shopper; kept prices of single units, by merchant, and the runs that make them."""

from django.db import models

from entrepot.base.models import OwnedModel


class QuoteRow(OwnedModel):
    """A basket quote as it was shown; the body is JSON text, never changed, so that it reads the same years later."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True)
    shopper_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    destination = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    basket_fingerprint = models.CharField(max_length=64)
    data_version = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    body = models.TextField()

    class Meta:
        db_table = "landed_quote"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "ref"], name="landed_quote_ref"),
            models.CheckConstraint(
                condition=models.Q(
                    total_minor=models.F("goods_minor")
                    + models.F("freight_minor")
                    + models.F("duty_minor")
                    + models.F("tax_minor")
                    + models.F("fees_minor")
                ),
                name="landed_quote_sums",
            ),
        )
        indexes = (models.Index(fields=["ref"], name="landed_quote_by_ref"),)

    def __str__(self) -> str:
        return self.ref


class UnitPriceRow(OwnedModel):
    """What one unit of an offer costs at a destination's door, as the run `run_id` found it and later ones left it.

    price_minor, price_currency: the offer it was made from; another offer's price says nothing. Money in `currency`.
    """

    OWNER = "merchant_id"
    id = models.BigIntegerField(primary_key=True)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    listing_id = models.BigIntegerField()
    channel = models.CharField(max_length=32)
    destination = models.CharField(max_length=2)
    price_minor = models.BigIntegerField()
    price_currency = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    duty_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    fees_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, default="")
    run_id = models.BigIntegerField()

    class Meta:
        db_table = "landed_unit_price"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id", "variant_id", "channel", "destination"], name="landed_unit_price_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.variant_id} {self.channel} {self.destination}"


class RequoteRow(models.Model):
    """A run over all offers for one destination, day and state of the law. after: the last variant gone through."""

    id = models.BigIntegerField(primary_key=True)
    destination = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    on = models.DateField()
    data_version = models.CharField(max_length=120)
    variants = models.BigIntegerField()
    looked = models.BigIntegerField(default=0)
    offers = models.BigIntegerField(default=0)
    priced = models.BigIntegerField(default=0)
    unpriced = models.JSONField(default=dict)
    categories = models.JSONField(default=dict)
    moves = models.JSONField(default=list)
    after = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "landed_requote"
        constraints = (
            models.UniqueConstraint(fields=["destination", "on", "data_version"], name="landed_requote_once"),
        )

    def __str__(self) -> str:
        return f"{self.destination} {self.on} {self.data_version}"
