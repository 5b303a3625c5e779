"""Dated law as rows, in parts, with two times: when the law held, and from which load until which we knew it so.

Nothing is overwritten or deleted: a load ends what it finds changed and adds what is new.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


def _codes() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=32), default=list)


class TariffRow(models.Model):
    """An authority. members: the countries it speaks for."""

    jurisdiction = models.CharField(max_length=2, primary_key=True)
    currency = models.CharField(max_length=3)
    members = _codes()

    class Meta:
        db_table = "customs_tariff"

    def __str__(self) -> str:
        return self.jurisdiction


class LoadRow(models.Model):
    """One loading of one part, never changed. holds_from: the day whose state an edition tells; none for a whole part.

    digest: of the file; version: of all loads of the authority up to this one; speaks: what the part answers alone.
    """

    id = models.BigAutoField(primary_key=True)
    tariff = models.ForeignKey(TariffRow, on_delete=models.PROTECT)
    part = models.CharField(max_length=40)
    edition = models.CharField(max_length=64)
    holds_from = models.DateField(null=True)
    official = models.BooleanField(default=True)
    file = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    speaks = models.JSONField(default=list)
    areas = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customs_load"
        indexes = (models.Index(fields=["tariff", "part"], name="customs_load_by_part"),)

    def __str__(self) -> str:
        return f"{self.tariff_id}:{self.id} {self.part} {self.edition}"


class DatedRow(models.Model):
    """A row of law, of one part; valid_until is not included, neither is until_load.

    fingerprint: of its content without the days; more: what newer kinds of law say beside the columns.
    """

    id = models.BigAutoField(primary_key=True)
    tariff = models.ForeignKey(TariffRow, on_delete=models.PROTECT)
    part = models.CharField(max_length=40, default="starter")
    key = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    since_load = models.BigIntegerField(default=0)
    until_load = models.BigIntegerField(null=True)
    fingerprint = models.CharField(max_length=16, default="")
    source = models.TextField()
    more = models.JSONField(default=dict)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key


class GoodsRow(DatedRow):
    """A goods code of the schedule; `key` is the code."""

    text = models.JSONField()
    units = _codes()

    class Meta:
        db_table = "customs_goods"
        constraints = (
            models.UniqueConstraint(
                fields=["tariff", "part", "key", "valid_from", "since_load"], name="customs_goods_once"
            ),
        )


class MeasureRow(DatedRow):
    """One duty or tax with its scope."""

    kind = models.CharField(max_length=24)
    codes = _codes()
    codes_except = _codes()
    origins = _codes()
    origins_except = _codes()
    regions = _codes()
    rate = models.TextField()
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
        constraints = (
            models.UniqueConstraint(
                fields=["tariff", "part", "key", "valid_from", "since_load"], name="customs_measure_once"
            ),
        )


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
        constraints = (
            models.UniqueConstraint(
                fields=["tariff", "part", "key", "valid_from", "since_load"], name="customs_fee_once"
            ),
        )


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
        constraints = (
            models.UniqueConstraint(
                fields=["tariff", "part", "key", "valid_from", "since_load"], name="customs_threshold_once"
            ),
        )


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
            models.UniqueConstraint(
                fields=["tariff", "part", "key", "valid_from", "since_load"], name="customs_restriction_once"
            ),
        )
