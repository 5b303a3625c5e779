"""Published exchange rates, one row a pair and day; never overwritten by another source."""

from django.db import models


class RateRow(models.Model):
    """One unit of `base` in units of `quote` on a day, as its source printed it."""

    id = models.BigAutoField(primary_key=True)
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    on = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=10)
    source = models.CharField(max_length=120)

    class Meta:
        db_table = "rates_rate"
        constraints = (
            # In the order that the last rate before a day is looked up in: a history has a quarter of a million rows.
            models.UniqueConstraint(fields=["source", "base", "quote", "on"], name="rates_rate_once"),
            models.CheckConstraint(condition=models.Q(value__gt=0), name="rates_rate_positive"),
        )

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.value} on {self.on}"
