"""Accounts with their counters, transfers, and what is derived from them. Only the functions in the `.sql` files write."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q


class AccountRow(models.Model):
    """An account's counters. The checks are the second guard: `ledger_post` refuses first.

    Unguarded accounts' counters are as of the last fold; `ledger_standing` adds what is in the tail. The key comes from
    the database: accounts are opened inside `ledger_post`.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    subject = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    guard = models.CharField(max_length=6)
    debits_pending = models.BigIntegerField(default=0)
    debits_posted = models.BigIntegerField(default=0)
    credits_pending = models.BigIntegerField(default=0)
    credits_posted = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_account"
        constraints = (
            models.UniqueConstraint(fields=["kind", "subject", "currency"], name="ledger_account_once"),
            models.CheckConstraint(
                condition=Q(debits_pending__gte=0, debits_posted__gte=0, credits_pending__gte=0, credits_posted__gte=0),
                name="ledger_account_counters",
            ),
            models.CheckConstraint(
                condition=~Q(guard="credit") | Q(credits_posted__gte=F("debits_posted") + F("debits_pending")),
                name="ledger_account_credit_guard",
            ),
            models.CheckConstraint(
                condition=~Q(guard="debit") | Q(debits_posted__gte=F("credits_posted") + F("credits_pending")),
                name="ledger_account_debit_guard",
            ),
            models.CheckConstraint(condition=Q(guard__in=["none", "credit", "debit"]), name="ledger_account_guards"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.currency}"


class TransferRow(models.Model):
    """One debit, one credit, one amount. A trigger refuses every change: what ends a pending one is a row of its own.

    pending_id: the promise that this row ends. released_minor: what that promise was of, given back by this row.
    asked_minor: of a clamped transfer, what was asked; amount_minor is what was there.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=96)
    group = models.CharField(max_length=96, db_column="group_key")
    code = models.CharField(max_length=24)
    state = models.CharField(max_length=8)
    debit = models.ForeignKey(
        AccountRow, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    credit = models.ForeignKey(
        AccountRow, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    asked_minor = models.BigIntegerField(null=True)
    released_minor = models.BigIntegerField(default=0)
    pending = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    currency = models.CharField(max_length=3)
    order_id = models.BigIntegerField(null=True)
    consignment_id = models.BigIntegerField(null=True)
    merchant_id = models.BigIntegerField(null=True)
    payout_id = models.BigIntegerField(null=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_transfer"
        constraints = (
            models.UniqueConstraint(fields=["key"], name="ledger_transfer_key"),
            models.UniqueConstraint(
                fields=["pending"], name="ledger_transfer_ended_once", condition=Q(pending__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0)
                | Q(amount_minor=0, state="voided")
                | Q(amount_minor=0, asked_minor__isnull=False),
                name="ledger_transfer_positive",
            ),
            models.CheckConstraint(
                condition=Q(asked_minor__isnull=True) | Q(asked_minor__gte=F("amount_minor")),
                name="ledger_transfer_clamped",
            ),
            models.CheckConstraint(
                condition=Q(pending__isnull=True, released_minor=0, state__in=["posted", "pending"])
                | Q(
                    pending__isnull=False,
                    released_minor__gt=0,
                    released_minor__gte=F("amount_minor"),
                    state__in=["posted", "voided"],
                ),
                name="ledger_transfer_ends",
            ),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_two_accounts"),
        )
        indexes = (
            models.Index(fields=["debit", "id"], name="ledger_transfer_debit"),
            models.Index(fields=["credit", "id"], name="ledger_transfer_credit"),
            models.Index(fields=["order_id"], name="ledger_transfer_order", condition=Q(order_id__isnull=False)),
            models.Index(
                fields=["consignment_id"],
                name="ledger_transfer_consignment",
                condition=Q(consignment_id__isnull=False),
            ),
            models.Index(
                fields=["merchant_id", "id"], name="ledger_transfer_merchant", condition=Q(merchant_id__isnull=False)
            ),
            models.Index(fields=["payout_id"], name="ledger_transfer_payout", condition=Q(payout_id__isnull=False)),
            # Rows come in the order of their recording, so a few bytes for each stretch of pages find an hour.
            BrinIndex(fields=["recorded_at"], name="ledger_transfer_recorded", pages_per_range=16, autosummarize=True),
        )

    def __str__(self) -> str:
        return self.key


class OpenRow(models.Model):
    """A promise that is not ended yet: found fast by its accounts and its time. Gone with the row that ends it."""

    transfer_id = models.BigIntegerField(primary_key=True)
    debit_id = models.BigIntegerField()
    credit_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_open"
        indexes = (
            models.Index(fields=["expires_at"], name="ledger_open_expiring", condition=Q(expires_at__isnull=False)),
            models.Index(fields=["debit_id"], name="ledger_open_debit"),
        )

    def __str__(self) -> str:
        return str(self.transfer_id)


class TailRow(models.Model):
    """What postings brought and no fold has taken in yet. The table itself has no key: it is appended to and emptied.

    account_id: of an unguarded account, whose counters still lack this. transfer_ids: for the next batch of the chain.
    """

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=24)
    currency = models.CharField(max_length=3)
    hour = models.DateTimeField()
    debits_pending = models.BigIntegerField()
    debits_posted = models.BigIntegerField()
    credits_pending = models.BigIntegerField()
    credits_posted = models.BigIntegerField()
    transfer_ids = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        db_table = "ledger_tail"

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} {self.hour}"


class HourRow(models.Model):
    """What moved on all accounts of a kind in an hour of recording: the trial balance at a past moment adds these up."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    currency = models.CharField(max_length=3)
    hour = models.DateTimeField()
    debits_pending = models.BigIntegerField()
    debits_posted = models.BigIntegerField()
    credits_pending = models.BigIntegerField()
    credits_posted = models.BigIntegerField()

    class Meta:
        db_table = "ledger_hour"
        constraints = (models.UniqueConstraint(fields=["kind", "currency", "hour"], name="ledger_hour_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} {self.hour}"


class BatchRow(models.Model):
    """A link of the chain: which transfers it seals, the root of their lines, and the hash over it and the one before."""

    id = models.BigIntegerField(primary_key=True)
    transfer_ids = ArrayField(models.BigIntegerField())
    root = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_batch"

    def __str__(self) -> str:
        return str(self.id)


class PeriodRow(models.Model):
    """The books are closed up to `until`, which itself is open."""

    id = models.BigAutoField(primary_key=True)
    until = models.DateTimeField(unique=True)
    closed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_period"

    def __str__(self) -> str:
        return str(self.until)
