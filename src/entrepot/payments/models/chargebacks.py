"""Chargebacks, their parts by merchant, and the evidence against them."""

from django.db import models
from django.db.models import Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class ChargebackRow(OwnedModel):
    """A card holder's dispute about a payment. taken_at: when the provider took the amount; none for an inquiry."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    shopper_id = models.BigIntegerField()
    payment_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    order_ref = models.CharField(max_length=24)
    provider_id = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    fee_minor = models.BigIntegerField()
    fee_currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=64)
    state = models.CharField(max_length=8)
    due_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_chargeback"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "provider_id"], name="payments_chargeback_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, fee_minor__gte=0), name="payments_chargeback_positive"
            ),
        )
        indexes = (
            models.Index(fields=["ref"], name="payments_chargeback_ref"),
            models.Index(fields=["provider_id"], name="payments_chargeback_provider"),
            models.Index(
                fields=["due_by"], name="payments_chargeback_due", condition=Q(answered_at=None, ended_at=None)
            ),
        )

    def __str__(self) -> str:
        return self.ref


class ChargebackPartRow(OwnedModel):
    """What a chargeback is about of one consignment, and what its merchant says to it. aside, lost: the merchant's own."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    merchant_id = models.BigIntegerField()
    shopper_id = models.BigIntegerField()
    chargeback_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    aside_minor = models.BigIntegerField(default=0)
    lost_minor = models.BigIntegerField(default=0)
    merchant_currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=64)
    state = models.CharField(max_length=8)
    due_by = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    text = models.TextField(default="", blank=True)
    handed_in_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_chargebackpart"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id", "chargeback_id", "consignment_id"], name="payments_chargebackpart_once"
            ),
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="payments_chargebackpart_ref_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, aside_minor__gte=0, lost_minor__gte=0),
                name="payments_chargebackpart_positive",
            ),
        )

    def __str__(self) -> str:
        return self.ref


class EvidenceRow(OwnedModel):
    """A document that a merchant handed in against a chargeback; shown to its merchant and to operators only."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    part_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    body = models.BinaryField()
    added_at = models.DateTimeField()

    class Meta:
        db_table = "payments_evidence"
        indexes = (models.Index(fields=["merchant_id", "part_id"], name="payments_evidence_part"),)

    def __str__(self) -> str:
        return self.name
