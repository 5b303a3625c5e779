"""The outbox and the idempotency store."""

from collections.abc import Mapping
from functools import cache
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class OwnedModel(models.Model):
    """A table whose rows belong to one merchant or shopper; `OWNER` names the column every statement must carry."""

    OWNER: ClassVar[str] = "merchant_id"

    class Meta:
        abstract = True


@cache
def default_columns(table: type[models.Model]) -> Mapping[str, object]:
    """What the columns are that a row leaves out, for statements that write whole rows from documents."""
    fields = [field for field in table._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 - public by custom
    # What only the database can say, such as its clock, has to be in the row.
    return {
        str(field.column): field.get_default() if field.has_default() else field.db_default
        for field in fields
        if field.has_default() or (field.has_db_default() and not hasattr(field.db_default, "resolve_expression"))
    }


class OutboxRow(models.Model):
    """One piece of news, written in the transaction that made it true, deleted when every listener has taken it."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=64)
    subject = models.BigIntegerField()
    owner = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        db_table = "base_outbox"

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"


class IdempotencyRow(models.Model):
    """What one caller was answered under one key. Refusals are kept, breakdowns are not."""

    id = models.BigAutoField(primary_key=True)
    principal = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    started_at = models.DateTimeField(db_default=Now())
    status = models.IntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)

    class Meta:
        db_table = "base_idempotency"
        constraints = (models.UniqueConstraint(fields=["principal", "key"], name="base_idempotency_once"),)

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"


class RequestCountRow(models.Model):
    """How often somebody has asked in one minute. Unlogged: after a crash everybody starts anew, which harms nobody."""

    slot = models.CharField(primary_key=True, max_length=120)
    used = models.IntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "base_request_count"
        indexes = (models.Index(fields=["ends_at"], name="base_request_count_ends"),)

    def __str__(self) -> str:
        return f"{self.slot}: {self.used}"
