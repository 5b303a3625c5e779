"""Places, positions, reservations and movements, all owned by the merchant."""

from django.db import models
from django.db.models import F, Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel
from entrepot.stock.terms import Reason, ReservationState


class Place(OwnedModel):
    """Where a merchant keeps goods. The oldest one is home: a file without a place is about it."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "stock_place"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="stock_place_ref"),
            models.UniqueConstraint(fields=["merchant_id", "name"], name="stock_place_name"),
        )

    def __str__(self) -> str:
        return self.name


class Position(OwnedModel):
    """How many of one article lie at one place, and how many of them are promised."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)

    class Meta:
        db_table = "stock_position"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "variant_id", "place_id"], name="stock_position_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")), name="stock_reserved_lies_there"
            ),
        )

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.on_hand} ({self.reserved})"


class Reservation(OwnedModel):
    """What is promised to one order from one place.

    bound: its order has been written. Until then it lapses at `expires_at` and anybody may free it; afterwards only
    the order's cancelling does.
    """

    # A plain sequence: nobody refers to a reservation by its id, and one statement writes as many as places give.
    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    quantity = models.IntegerField()
    state = models.CharField(max_length=9, choices=[(state, state) for state in ReservationState])
    bound = models.BooleanField(default=False)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "stock_reservation"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id", "order_id", "variant_id", "place_id"], name="stock_reservation_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="stock_reservation_positive"),
            models.CheckConstraint(condition=Q(state__in=list(ReservationState)), name="stock_reservation_state"),
        )
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="stock_reservation_lapsing",
                condition=Q(state=ReservationState.HELD, bound=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id}: {self.quantity} x {self.variant_id} {self.state}"


class Movement(OwnedModel):
    """One change of the goods on hand; never altered. Their sum is what lies there."""

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=8, choices=[(reason, reason) for reason in Reason])
    delta = models.IntegerField()
    about = models.BigIntegerField(default=0)
    actor = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "stock_movement"
        indexes = (models.Index(fields=["merchant_id", "variant_id", "id"], name="stock_movement_article"),)

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.delta:+} {self.reason}"
