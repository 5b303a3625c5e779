"""Channels as dated rows: changing one adds a row from a day on, what was agreed before stays readable."""

from django.db import models
from django.db.models import Q


class ChannelRow(models.Model):
    """A channel's terms from `valid_from` (inclusive) until its next row."""

    id = models.BigAutoField(primary_key=True)
    slug = models.SlugField(max_length=32)
    valid_from = models.DateField()
    name = models.JSONField()
    languages = models.JSONField()
    currencies = models.JSONField()
    destinations = models.JSONField()
    commission = models.DecimalField(max_digits=7, decimal_places=5)
    release_days = models.IntegerField()
    return_days = models.IntegerField()
    requires_verified = models.BooleanField()
    patience_shopper = models.IntegerField(db_default=3)
    patience_near = models.IntegerField(db_default=3)
    patience_most = models.IntegerField(db_default=30)
    authorise_first = models.BooleanField(db_default=False)
    closed = models.BooleanField(default=False)

    class Meta:
        db_table = "channels_channel"
        constraints = (
            models.UniqueConstraint(fields=["slug", "valid_from"], name="channels_channel_once"),
            models.CheckConstraint(condition=Q(commission__gte=0, commission__lt=1), name="channels_commission_ratio"),
        )

    def __str__(self) -> str:
        return f"{self.slug} from {self.valid_from}"


class CommissionRow(models.Model):
    """One rule about commission. Written once, never changed; the owner column is a scope here, not an owner."""

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField(null=True)
    category = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=32, blank=True)
    rate = models.DecimalField(max_digits=7, decimal_places=5, null=True)
    valid_from = models.DateField()
    reason = models.CharField(max_length=300)
    user_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "channels_commission"
        constraints = (
            models.CheckConstraint(
                condition=Q(rate__isnull=True) | Q(rate__gte=0, rate__lte="0.5"), name="channels_commission_rate"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rate} from {self.valid_from}"


class ReserveRow(models.Model):
    """One rule about reserves and maturing. Written once, never changed."""

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=32, blank=True)
    rate = models.DecimalField(max_digits=7, decimal_places=5, null=True)
    days = models.IntegerField()
    mature_days = models.IntegerField()
    valid_from = models.DateField()
    reason = models.CharField(max_length=300)
    user_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "channels_reserve"
        constraints = (
            models.CheckConstraint(
                condition=Q(rate__isnull=True) | Q(rate__gte=0, rate__lte="0.5"), name="channels_reserve_rate"
            ),
            models.CheckConstraint(condition=Q(days__gte=0, mature_days__gte=0), name="channels_reserve_days"),
        )

    def __str__(self) -> str:
        return f"{self.rate} for {self.days} days from {self.valid_from}"


class FeeTaxRow(models.Model):
    """What a seat's law takes of the marketplace's fees, from a day on."""

    id = models.BigAutoField(primary_key=True)
    seat = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)
    rate = models.DecimalField(max_digits=7, decimal_places=5)
    valid_from = models.DateField()
    source = models.CharField(max_length=300)

    class Meta:
        db_table = "channels_feetax"
        constraints = (
            models.UniqueConstraint(fields=["seat", "country", "valid_from"], name="channels_feetax_once"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=1), name="channels_feetax_rate"),
        )

    def __str__(self) -> str:
        return f"{self.seat} {self.country} {self.rate}"
