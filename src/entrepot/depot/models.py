"""Sites, house parcels, master boxes and the papers written for them."""

from django.db import models

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class SiteRow(models.Model):
    """A depot of the marketplace."""

    code = models.CharField(primary_key=True, max_length=8)
    name = models.JSONField()
    place = models.JSONField()
    serves = models.JSONField()
    registrations = models.JSONField(default=dict)

    class Meta:
        db_table = "depot_site"

    def __str__(self) -> str:
        return self.code


class BoxRow(models.Model):
    """A master box: many merchants' parcels for one destination and one way in."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24, unique=True)
    barcode = models.CharField(max_length=16, unique=True)
    site = models.CharField(max_length=8)
    destination = models.CharField(max_length=2)
    mode = models.CharField(max_length=16)
    state = models.CharField(max_length=12)
    opened_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "depot_box"
        indexes = (models.Index(fields=["site", "state", "opened_at"], name="depot_box_list"),)

    def __str__(self) -> str:
        return self.barcode


class ParcelRow(OwnedModel):
    """A house parcel: one consignment in one package under its barcode."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    barcode = models.CharField(max_length=24, db_index=True)
    merchant_name = models.CharField(max_length=120)
    consignment_id = models.BigIntegerField()
    consignment_ref = models.CharField(max_length=24, db_index=True)
    site = models.CharField(max_length=8)
    destination = models.CharField(max_length=2)
    mode = models.CharField(max_length=16)
    recipient = models.CharField(max_length=200)
    pieces = models.IntegerField()
    state = models.CharField(max_length=12)
    declared_grams = models.IntegerField()
    measured_grams = models.IntegerField(null=True)
    differs = models.BooleanField(default=False)
    box_id = models.BigIntegerField(null=True, db_index=True)
    expected_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    received_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "depot_parcel"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "consignment_id"], name="depot_parcel_once"),
            models.UniqueConstraint(fields=["merchant_id", "barcode"], name="depot_parcel_barcode"),
            models.CheckConstraint(
                condition=models.Q(state__in=["expected", "received"], box_id__isnull=True)
                | models.Q(state__in=["packed", "dispatched"], box_id__isnull=False),
                name="depot_parcel_boxed",
            ),
        )
        indexes = (models.Index(fields=["site", "state", "expected_at"], name="depot_parcel_list"),)

    def __str__(self) -> str:
        return self.barcode


class DeclarationRow(OwnedModel):
    """The customs data of one consignment as written when its box left; never rewritten."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    consignment_ref = models.CharField(max_length=24)
    parcel_barcode = models.CharField(max_length=24)
    box_id = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=12)
    # JSON in the order of the authority's form, which jsonb would not keep.
    fields = models.TextField()
    missing = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "depot_declaration"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "consignment_id"], name="depot_declaration_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.consignment_ref}"
