"""Reports, the lines of both sides, their matches, and the exceptions with their trail. All are the marketplace's own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class ReportRow(models.Model):
    """A report that was taken in, once for each content."""

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(max_length=24, unique=True)
    place = models.CharField(max_length=8)
    form = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True)
    lines = models.IntegerField()
    taken = models.IntegerField()
    faults = models.JSONField(default=list)
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_report"

    def __str__(self) -> str:
        return self.ref


class StatedRow(models.Model):
    """What a reporter says stood there at the end of a day; the latest report of that day counts."""

    id = models.BigAutoField(primary_key=True)
    place = models.CharField(max_length=8)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    report_id = models.BigIntegerField()
    opening_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()

    class Meta:
        db_table = "reconciliation_stated"
        constraints = (models.UniqueConstraint(fields=["place", "currency", "day"], name="reconciliation_stated_once"),)

    def __str__(self) -> str:
        return f"{self.place} {self.currency} {self.day}"


class ItemRow(models.Model):
    """One line of either side. Only its match ever changes. mark: what kinds must agree on; banks tell none.

    transfer_ids: of the books' side, the transfers that the line is made of.
    """

    id = models.BigAutoField(primary_key=True)
    place = models.CharField(max_length=8)
    side = models.CharField(max_length=6)
    number = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    mark = models.CharField(max_length=16)
    source = models.CharField(max_length=128)
    reference = models.CharField(max_length=128)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    day = models.DateField()
    text = models.CharField(max_length=300)
    report_id = models.BigIntegerField(null=True)
    line = models.IntegerField(null=True)
    transfer_ids = ArrayField(models.BigIntegerField(), default=list)
    match_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "reconciliation_item"
        constraints = (
            models.UniqueConstraint(fields=["place", "side", "number"], name="reconciliation_item_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="reconciliation_item_moves"),
        )
        indexes = (
            models.Index(fields=["source"], name="reconciliation_item_source", condition=~Q(source="")),
            models.Index(fields=["reference"], name="reconciliation_item_reference", condition=~Q(reference="")),
            models.Index(fields=["match_id"], name="reconciliation_item_match", condition=Q(match_id__isnull=False)),
            models.Index(fields=["place", "currency", "amount_minor"], name="reconciliation_item_amount"),
            models.Index(fields=["id"], name="reconciliation_item_loose", condition=Q(match_id__isnull=True)),
            models.Index(fields=["place", "currency", "day"], name="reconciliation_item_day"),
        )

    def __str__(self) -> str:
        return f"{self.side} {self.number}"


class MatchRow(models.Model):
    """Items that are the same money. undone_at: a stronger match, or an ambiguity that came to light, took it away.

    books_id, theirs_id: of one that a rule made; by hand there may be more items on a side.
    """

    id = models.BigAutoField(primary_key=True)
    place = models.CharField(max_length=8)
    rule = models.CharField(max_length=12)
    strength = models.SmallIntegerField()
    books_id = models.BigIntegerField(null=True)
    theirs_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconciliation_match"
        constraints = (
            models.UniqueConstraint(
                fields=["books_id"], condition=Q(undone_at__isnull=True), name="reconciliation_match_books_once"
            ),
            models.UniqueConstraint(
                fields=["theirs_id"], condition=Q(undone_at__isnull=True), name="reconciliation_match_theirs_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.id}"


class CaseRow(models.Model):
    """An item that nothing matched. One for each item, however often it comes and goes."""

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(max_length=24, unique=True)
    item_id = models.BigIntegerField(unique=True)
    why = models.CharField(max_length=16)
    state = models.CharField(max_length=9)
    other_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconciliation_case"
        indexes = (models.Index(fields=["item_id"], name="reconciliation_case_open", condition=~Q(state="matched")),)

    def __str__(self) -> str:
        return self.ref


class StepRow(models.Model):
    """One step of an exception's trail. Written once, never changed."""

    id = models.BigAutoField(primary_key=True)
    case_id = models.BigIntegerField()
    verb = models.CharField(max_length=12)
    user_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=500)
    match_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=64, null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_step"
        constraints = (models.UniqueConstraint(fields=["case_id", "key"], name="reconciliation_step_once"),)

    def __str__(self) -> str:
        return f"{self.verb} {self.case_id}"


class PositionRow(models.Model):
    """Up to which batch of the ledger's chain the books' side was read."""

    id = models.BigAutoField(primary_key=True)
    batch = models.BigIntegerField()

    class Meta:
        db_table = "reconciliation_position"

    def __str__(self) -> str:
        return str(self.batch)
