"""Channels as dated rows: changing one adds a row from a day on, what was agreed before stays readable."""

from django.db import models


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
    closed = models.BooleanField(default=False)

    class Meta:
        db_table = "channels_channel"
        constraints = (
            models.UniqueConstraint(fields=["slug", "valid_from"], name="channels_channel_once"),
            models.CheckConstraint(
                condition=models.Q(commission__gte=0, commission__lt=1), name="channels_commission_ratio"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug} from {self.valid_from}"
