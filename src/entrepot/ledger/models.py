"""Accounts with their counters, and transfers. Only the functions in the `.sql` files beside write these rows."""

from django.db import models
from django.db.models import F, Q


class AccountRow(models.Model):
    """An account's counters. The checks are the second guard: `ledger_post` refuses first.

    The key comes from the database: accounts are opened inside `ledger_post`.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=24)
    subject = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    slot = models.SmallIntegerField(default=0)
    guard = models.CharField(max_length=6)
    debits_pending = models.BigIntegerField(default=0)
    debits_posted = models.BigIntegerField(default=0)
    credits_pending = models.BigIntegerField(default=0)
    credits_posted = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_account"
        constraints = (
            models.UniqueConstraint(fields=["kind", "subject", "currency", "slot"], name="ledger_account_once"),
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
    """One debit, one credit, one amount. A trigger refuses every change but resolving a pending one, once."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=80, unique=True)
    group = models.CharField(max_length=80, db_column="group_key")
    code = models.CharField(max_length=24)
    state = models.CharField(max_length=8)
    debit = models.ForeignKey(
        AccountRow, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    credit = models.ForeignKey(
        AccountRow, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    order_id = models.BigIntegerField(null=True)
    consignment_id = models.BigIntegerField(null=True)
    merchant_id = models.BigIntegerField(null=True)
    payout_id = models.BigIntegerField(null=True)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_transfer"
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(state__in=["posted", "pending", "voided"]), name="ledger_transfer_states"
            ),
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
            models.Index(fields=["expires_at"], name="ledger_transfer_expiring", condition=Q(state="pending")),
        )

    def __str__(self) -> str:
        return self.key
