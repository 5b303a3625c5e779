"""Frozen quotes, by shopper."""

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
