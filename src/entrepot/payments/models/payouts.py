"""Money on its way to merchants: what waits, when it goes, in which run and file, and what they owe."""

from django.db import models
from django.db.models import Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class PayoutRow(OwnedModel):
    """Money on its way to a merchant's bank."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    merchant_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8)
    key = models.CharField(max_length=255)
    destination = models.CharField(max_length=64)
    provider_id = models.CharField(max_length=64, default="", blank=True)
    reason = models.CharField(max_length=64, default="", blank=True)
    opened_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    poll_at = models.DateTimeField(null=True)
    polls = models.IntegerField(default=0)
    way = models.CharField(max_length=8, db_default="provider")
    # Of which run it is, and in which of its files; neither when the merchant asked for it.
    run_id = models.BigIntegerField(null=True)
    file_number = models.IntegerField(null=True)

    class Meta:
        db_table = "payments_payout"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "key"], name="payments_payout_once"),
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="payments_payout_ref_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payout_positive"),
        )
        indexes = (
            models.Index(fields=["ref"], name="payments_payout_ref"),
            models.Index(fields=["poll_at"], name="payments_payout_poll", condition=Q(poll_at__isnull=False)),
            models.Index(fields=["run_id", "id"], name="payments_payout_run", condition=Q(run_id__isnull=False)),
        )

    def __str__(self) -> str:
        return self.ref


class PayoutRunRow(models.Model):
    """One run: who was paid stands in its payouts, who was not in the rows that were skipped. Written once."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24, unique=True)
    key = models.CharField(max_length=64, unique=True)
    day = models.DateField(db_index=True)
    since = models.DateField()
    way = models.CharField(max_length=8)
    scope = models.CharField(max_length=8)
    # Our own side of the bank's files as it was, so that they can be written again as they were.
    debtor = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    paid = models.IntegerField()
    skipped = models.IntegerField()

    class Meta:
        db_table = "payments_payoutrun"

    def __str__(self) -> str:
        return self.ref


class PayoutSkipRow(OwnedModel):
    """Somebody with money whom a run did not pay."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    why = models.CharField(max_length=16)

    class Meta:
        db_table = "payments_payoutskip"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "run_id", "currency"], name="payments_payoutskip_once"),
        )
        indexes = (models.Index(fields=["run_id", "id"], name="payments_payoutskip_run"),)

    def __str__(self) -> str:
        return f"{self.why} {self.merchant_id}"


class PayoutFileRow(models.Model):
    """One file of a run for our bank. Its bytes are not kept: they are written again and must have this digest."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    run_id = models.BigIntegerField()
    number = models.IntegerField()
    message_id = models.CharField(max_length=35, unique=True)
    currency = models.CharField(max_length=3)
    lines = models.IntegerField()
    total_minor = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "payments_payoutfile"
        constraints = (models.UniqueConstraint(fields=["run_id", "number"], name="payments_payoutfile_once"),)

    def __str__(self) -> str:
        return self.message_id


class FileTakenRow(models.Model):
    """Somebody took a file away, with the account numbers in it."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    file_id = models.BigIntegerField(db_index=True)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_filetaken"

    def __str__(self) -> str:
        return f"{self.file_id} {self.user_id}"


class BankAnswerRow(models.Model):
    """What our bank answered to files, once for each content."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    applied = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    odd = models.JSONField(default=list)

    class Meta:
        db_table = "payments_bankanswer"

    def __str__(self) -> str:
        return self.name


class ScheduleRow(OwnedModel):
    """When a merchant is paid out. A change is a new row; the one before stays."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    every = models.CharField(max_length=8)
    day = models.IntegerField()
    least_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    user_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_schedule"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id"], condition=Q(until__isnull=True), name="payments_schedule_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.every} {self.merchant_id}"


class PayoutBlockRow(OwnedModel):
    """An operator holds a merchant's payouts, and why."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    user_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    end_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "payments_payoutblock"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id"], condition=Q(until__isnull=True), name="payments_payoutblock_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.reason}"


class EarningRow(OwnedModel):
    """What of a release waits: till it matures, and the part that is kept as a reserve."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    reserve_minor = models.BigIntegerField()
    reserve_rate = models.DecimalField(max_digits=7, decimal_places=5)
    matures_at = models.DateTimeField(null=True)
    matured_at = models.DateTimeField(null=True)
    reserve_until = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_earning"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "consignment_id"], name="payments_earning_once"),
            models.CheckConstraint(
                condition=Q(net_minor__gte=models.F("reserve_minor"), reserve_minor__gte=0),
                name="payments_earning_parts",
            ),
        )
        indexes = (
            models.Index(
                fields=["matures_at"],
                name="payments_earning_maturing",
                condition=Q(matures_at__isnull=False, matured_at__isnull=True),
            ),
            models.Index(
                fields=["reserve_until"],
                name="payments_earning_reserved",
                condition=Q(reserve_minor__gt=0, returned_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"earning of {self.consignment_id}"


class ExtensionRow(OwnedModel):
    """A release was put off, by whom and why."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    consignment_id = models.BigIntegerField()
    who = models.CharField(max_length=8)
    days = models.IntegerField()
    reason = models.CharField(max_length=300, blank=True)
    user_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)

    class Meta:
        db_table = "payments_extension"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "consignment_id", "key"], name="payments_extension_once"),
            models.UniqueConstraint(
                fields=["merchant_id", "consignment_id"],
                condition=Q(who="shopper"),
                name="payments_extension_by_shopper",
            ),
        )

    def __str__(self) -> str:
        return f"{self.days} days for {self.consignment_id}"


class WriteOffRow(OwnedModel):
    """A debt that was given up. Written once, never changed."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    merchant_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    user_id = models.BigIntegerField()
    at = models.DateTimeField()
    key = models.CharField(max_length=64)

    class Meta:
        db_table = "payments_writeoff"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "key"], name="payments_writeoff_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_writeoff_positive"),
        )

    def __str__(self) -> str:
        return self.ref


class ProviderAccountRow(OwnedModel):
    """A merchant's own account at the payment provider, where that is the way to its bank."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    account_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "payments_provideraccount"
        constraints = (models.UniqueConstraint(fields=["merchant_id"], name="payments_provideraccount_once"),)

    def __str__(self) -> str:
        return self.account_id
