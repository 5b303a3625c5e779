"""Payments that are authorised first, and what merchants say to them."""

from django.db import models
from django.db.models import F, Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class AuthorisationRow(OwnedModel):
    """A payment that is authorised first and taken later; payments that are taken at once have none."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField()
    payment_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    promised_minor = models.BigIntegerField()
    dropped_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    authorised_at = models.DateTimeField(null=True)
    capture_at = models.DateTimeField(null=True)
    # From then on the provider may have been asked for the money, so that what is due no longer changes.
    taking_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_authorisation"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "payment_id"], name="payments_authorisation_once"),
            models.CheckConstraint(
                condition=Q(dropped_minor__range=(0, F("promised_minor"))), name="payments_authorisation_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"authorisation of {self.payment_id}"


class VerdictRow(OwnedModel):
    """What a merchant said to its consignment of an authorised payment. Written once, never changed."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    payment_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    verdict = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_verdict"
        constraints = (models.UniqueConstraint(fields=["merchant_id", "consignment_id"], name="payments_verdict_once"),)
        indexes = (models.Index(fields=["merchant_id", "payment_id"], name="payments_verdict_payment"),)

    def __str__(self) -> str:
        return f"{self.verdict} {self.consignment_id}"
