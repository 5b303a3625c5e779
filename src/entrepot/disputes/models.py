"""Disputes, their timelines and evidence, all owned by the merchant; and the channels' dated terms."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel
from entrepot.disputes.terms import State


class DisputeRow(OwnedModel):
    """One claim of a shopper. policy: the channel's terms as they were when it was opened."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    merchant_id = models.BigIntegerField()
    merchant_name = models.CharField(max_length=120)
    shopper_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    order_ref = models.CharField(max_length=24)
    consignment_id = models.BigIntegerField()
    consignment_ref = models.CharField(max_length=24)
    channel = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=20)
    lines = ArrayField(models.IntegerField(), default=list)
    state = models.CharField(max_length=10, choices=[(state, state) for state in State])
    wanted = models.JSONField()
    offered = models.JSONField(null=True)
    offered_by = models.CharField(max_length=10, default="", blank=True)
    decided = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, default="", blank=True)
    appealed = models.BooleanField(default=False)
    ruled_by = models.BigIntegerField(null=True)
    trouble = models.CharField(max_length=64, default="", blank=True)
    parcel = models.JSONField(null=True)
    policy = models.JSONField()
    steps = models.IntegerField(default=0)

    class Meta:
        db_table = "disputes_dispute"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="disputes_dispute_ref_once"),
            models.UniqueConstraint(
                fields=["merchant_id", "consignment_id"],
                name="disputes_dispute_one_open",
                condition=~Q(state=State.ENDED),
            ),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="disputes_dispute_state"),
            models.CheckConstraint(
                condition=Q(state=State.ENDED, ended_at__isnull=False)
                | (~Q(state=State.ENDED) & Q(ended_at__isnull=True)),
                name="disputes_dispute_ended",
            ),
        )
        indexes = (
            models.Index(fields=["ref"], name="disputes_dispute_ref"),
            models.Index(fields=["merchant_id", "consignment_id"], name="disputes_dispute_about"),
            models.Index(fields=["merchant_id", "state", "due_at"], name="disputes_dispute_queue"),
            models.Index(fields=["shopper_id", "id"], name="disputes_dispute_shopper"),
            models.Index(fields=["due_at"], name="disputes_dispute_due", condition=~Q(state=State.ENDED)),
        )

    def __str__(self) -> str:
        return self.ref


class StepRow(OwnedModel):
    """One line of a dispute's timeline. Written once, never changed; a trigger keeps it."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    dispute_id = models.BigIntegerField()
    number = models.IntegerField()
    at = models.DateTimeField()
    side = models.CharField(max_length=10)
    user_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=12)
    state = models.CharField(max_length=10)
    note = models.TextField(default="", blank=True)
    outcome = models.JSONField(null=True)
    key = models.CharField(max_length=64)

    class Meta:
        db_table = "disputes_step"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "dispute_id", "number"], name="disputes_step_number"),
            models.UniqueConstraint(fields=["merchant_id", "dispute_id", "key"], name="disputes_step_once"),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.verb}"


class EvidenceRow(OwnedModel):
    """A file that a side has shown. The file lies under its digest, apart from the pictures that everybody may see."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24)
    merchant_id = models.BigIntegerField()
    dispute_id = models.BigIntegerField()
    step = models.IntegerField()
    side = models.CharField(max_length=10)
    user_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=32)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "disputes_evidence"
        constraints = (models.UniqueConstraint(fields=["merchant_id", "ref"], name="disputes_evidence_ref_once"),)
        indexes = (models.Index(fields=["merchant_id", "dispute_id"], name="disputes_evidence_of"),)

    def __str__(self) -> str:
        return self.name


class PolicyRow(models.Model):
    """A channel's terms for disputes from `valid_from` until its next row."""

    id = models.BigAutoField(primary_key=True)
    channel = models.SlugField(max_length=32)
    valid_from = models.DateField()
    merchant_days = models.IntegerField()
    shopper_days = models.IntegerField()
    send_days = models.IntegerField()
    receive_days = models.IntegerField()
    operator_days = models.IntegerField()
    appeal_days = models.IntegerField()
    claim_days = models.IntegerField()
    late_days = models.IntegerField()
    mind_days = models.IntegerField()
    freight_back = models.BooleanField()

    class Meta:
        db_table = "disputes_policy"
        constraints = (models.UniqueConstraint(fields=["channel", "valid_from"], name="disputes_policy_once"),)

    def __str__(self) -> str:
        return f"{self.channel} from {self.valid_from}"
