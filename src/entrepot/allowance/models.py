"""People behind shoppers, their sealed identity numbers, the year's allowance, its ledger, and who read what."""

from django.db import models
from django.db.models import Q

from entrepot.allowance.terms import EntryKind, IdentityKind, ReadFor
from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class PersonRow(models.Model):
    """Somebody as customs know them, under a keyed digest of the document's number and nothing else."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    digest = models.CharField(max_length=64, unique=True)
    known_since = models.DateTimeField()

    class Meta:
        db_table = "allowance_person"

    def __str__(self) -> str:
        return self.digest[:8]


class IdentityRow(OwnedModel):
    """A name and number that a shopper gave, sealed. The newest counts; older ones stay for the orders made with them.

    payer_confirmed_at: when the shopper confirmed to order and to pay in person.
    """

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in IdentityKind])
    name_masked = models.CharField(max_length=8)
    number_masked = models.CharField(max_length=20)
    sealed = models.BinaryField()
    confirmed_at = models.DateTimeField()
    payer_confirmed_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "allowance_identity"
        constraints = (
            models.UniqueConstraint(
                fields=["shopper_id"], condition=Q(replaced_at=None), name="allowance_identity_current"
            ),
        )

    def __str__(self) -> str:
        return self.number_masked


class YearRow(models.Model):
    """One person's calendar year. The row is what two orders at once wait for."""

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField()
    year = models.IntegerField()
    held_minor = models.BigIntegerField(default=0)
    used_minor = models.BigIntegerField(default=0)
    elsewhere_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "allowance_year"
        constraints = (
            models.UniqueConstraint(fields=["person_id", "year"], name="allowance_year_once"),
            models.CheckConstraint(
                condition=Q(held_minor__gte=0, used_minor__gte=0, elsewhere_minor__gte=0),
                name="allowance_year_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}"


class EntryRow(OwnedModel):
    """One line of the allowance's ledger. part: the consignment's number in its order, from one."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    identity_id = models.BigIntegerField()
    year = models.IntegerField()
    order_id = models.BigIntegerField()
    part = models.IntegerField()
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in EntryKind])
    amount_minor = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "allowance_entry"
        constraints = (
            models.UniqueConstraint(fields=["shopper_id", "order_id", "part", "kind"], name="allowance_entry_once"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="allowance_entry_not_negative"),
        )
        indexes = (models.Index(fields=["person_id", "year"], name="allowance_entry_person"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"


class ReadingRow(OwnedModel):
    """Who read whose number in the clear, why, for which parcel, when."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField()
    identity_id = models.BigIntegerField()
    reader_id = models.BigIntegerField()
    why = models.CharField(max_length=20, choices=[(why, why) for why in ReadFor])
    subject = models.CharField(max_length=40)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "allowance_reading"

    def __str__(self) -> str:
        return f"{self.reader_id} {self.subject}"
