"""Dated law as rows, kept by authority and edition; loading an edition anew replaces its rows, never a quote."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


def _codes() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=32), default=list)


class TariffRow(models.Model):
    """One authority's loaded tariff. version: a digest of its content; members: the countries it speaks for."""

    jurisdiction = models.CharField(max_length=2, primary_key=True)
    currency = models.CharField(max_length=3)
    members = _codes()
    areas = models.JSONField(default=dict)
    edition = models.CharField(max_length=32)
    version = models.CharField(max_length=64)

    class Meta:
        db_table = "customs_tariff"

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.edition} {self.version[:12]}"


class DatedRow(models.Model):
    """A row of law: its key is unique in its authority, valid_until is not included."""

    id = models.BigAutoField(primary_key=True)
    tariff = models.ForeignKey(TariffRow, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key


class GoodsRow(DatedRow):
    """A goods code that the tariff covers; `key` is the code."""

    text = models.JSONField()
    units = _codes()

    class Meta:
        db_table = "customs_goods"
        constraints = (models.UniqueConstraint(fields=["tariff", "key", "valid_from"], name="customs_goods_once"),)


class MeasureRow(DatedRow):
    """One duty or tax with its scope."""

    kind = models.CharField(max_length=24)
    codes = _codes()
    codes_except = _codes()
    origins = _codes()
    origins_except = _codes()
    regions = _codes()
    rate = models.CharField(max_length=200)
    base = models.CharField(max_length=32)
    relation = models.CharField(max_length=8)
    claim = models.CharField(max_length=32, blank=True)
    claims_except = _codes()
    shut_out_by = _codes()
    unit_price = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    unit_price_units = _codes()
    loaded_before = models.DateField(null=True)
    entered_before = models.DateField(null=True)
    unknown_from = models.DateField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        db_table = "customs_measure"
        constraints = (models.UniqueConstraint(fields=["tariff", "key", "valid_from"], name="customs_measure_once"),)


class FeeRow(DatedRow):
    """What customs charges for its work."""

    kind = models.CharField(max_length=24)
    entries = _codes()
    transports = _codes()
    claims_except = _codes()
    rate = models.DecimalField(max_digits=12, decimal_places=8)
    flat = models.DecimalField(max_digits=18, decimal_places=4)
    minimum = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    maximum = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    unknown_from = models.DateField(null=True)

    class Meta:
        db_table = "customs_fee"
        constraints = (models.UniqueConstraint(fields=["tariff", "key", "valid_from"], name="customs_fee_once"),)


class ThresholdRow(DatedRow):
    """An amount that law attaches something to."""

    name = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    origins = _codes()
    origins_except = _codes()
    ships_from = _codes()
    modes = _codes()

    class Meta:
        db_table = "customs_threshold"
        constraints = (models.UniqueConstraint(fields=["tariff", "key", "valid_from"], name="customs_threshold_once"),)


class RestrictionRow(DatedRow):
    """Goods that may not enter, or only with a document."""

    codes = _codes()
    codes_except = _codes()
    origins = _codes()
    modes = _codes()
    verdict = models.CharField(max_length=12)
    document = models.CharField(max_length=32, blank=True)
    text = models.JSONField()

    class Meta:
        db_table = "customs_restriction"
        constraints = (
            models.UniqueConstraint(fields=["tariff", "key", "valid_from"], name="customs_restriction_once"),
        )
