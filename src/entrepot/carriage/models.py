"""Rate cards, shipments, their tracking, and the inbox of the carrier's messages."""

from django.db import models
from django.db.models.functions import Now

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel
from entrepot.carriage.terms import Level


class RateCardRow(models.Model):
    """A price for a route from `valid_from` until `valid_until`; a change adds a row."""

    id = models.BigAutoField(primary_key=True)
    route = models.CharField(max_length=8)
    from_country = models.CharField(max_length=2)
    to_country = models.CharField(max_length=2)
    level = models.CharField(max_length=12, default=Level.STANDARD, db_default=Level.STANDARD.value)
    base_minor = models.BigIntegerField()
    step_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    step_grams = models.IntegerField()
    grams_max = models.IntegerField()
    days_min = models.IntegerField()
    days_max = models.IntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.TextField()

    class Meta:
        db_table = "carriage_rate_card"
        constraints = (
            models.UniqueConstraint(
                fields=["route", "from_country", "to_country", "level", "valid_from"], name="carriage_rate_card_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    base_minor__gte=0, step_minor__gte=0, step_grams__gt=0, grams_max__gt=0, days_min__gte=0
                )
                & models.Q(days_max__gte=models.F("days_min")),
                name="carriage_rate_card_sane",
            ),
        )

    def __str__(self) -> str:
        return f"{self.route} {self.from_country}-{self.to_country} from {self.valid_from}"


class ShipmentRow(OwnedModel):
    """One label, bought or to be bought. Owned by the merchant whose consignment it moves, or 0 for a master box."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    ref = models.CharField(max_length=24, db_index=True)
    subject = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    service = models.CharField(max_length=16)
    state = models.CharField(max_length=8)
    sender = models.JSONField()
    recipient = models.JSONField()
    parcels = models.JSONField()
    customs = models.JSONField(default=list)
    carrier_ref = models.CharField(max_length=64, default="")
    tracking_number = models.CharField(max_length=40, default="")
    track_url = models.TextField(default="")
    label_url = models.TextField(default="")
    label_pdf = models.BinaryField(null=True)
    step = models.CharField(max_length=24, default="")
    step_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="")
    created_at = models.DateTimeField()
    bought_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "carriage_shipment"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "subject", "subject_id"], name="carriage_shipment_once"),
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="carriage_shipment_ref"),
        )
        indexes = (
            models.Index(
                fields=["created_at"], condition=models.Q(ended_at__isnull=True), name="carriage_shipment_moving"
            ),
        )

    def __str__(self) -> str:
        return self.ref


class TrackingRow(OwnedModel):
    """One piece of the carrier's news about a shipment, kept once however often it comes."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    shipment_id = models.BigIntegerField()
    event_ref = models.CharField(max_length=64)
    step = models.CharField(max_length=24)
    place = models.CharField(max_length=120, default="")
    house = models.CharField(max_length=40, default="")
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "carriage_tracking"
        constraints = (models.UniqueConstraint(fields=["merchant_id", "event_ref"], name="carriage_tracking_once"),)
        indexes = (models.Index(fields=["merchant_id", "shipment_id", "at"], name="carriage_tracking_way"),)

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.step}"


class CarrierMessageRow(models.Model):
    """A signed message as it came in; taken once. One about a shipment we do not know is kept and tried again."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    event_ref = models.CharField(max_length=64, unique=True)
    body = models.JSONField()
    received_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "carriage_message"
        indexes = (
            models.Index(
                fields=["received_at"], condition=models.Q(taken_at__isnull=True), name="carriage_message_waiting"
            ),
        )

    def __str__(self) -> str:
        return self.event_ref
