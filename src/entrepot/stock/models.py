"""Places, positions, reservations and movements, all owned by the merchant."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel
from entrepot.stock.terms import Ahead, Reason, ReservationState, Spread, TicketState


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
    """How many of one article lie at one place, and how many of them are promised.

    pooled: of the promised ones those that are promised to the article's buckets there.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    pooled = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "stock_position"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "variant_id", "place_id"], name="stock_position_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")), name="stock_reserved_lies_there"
            ),
            models.CheckConstraint(
                condition=Q(pooled__gte=0) & Q(pooled__lte=F("reserved")), name="stock_pooled_is_reserved"
            ),
        )

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.on_hand} ({self.reserved})"


class Bucket(OwnedModel):
    """Some of the pieces of one article at one place, so that its shoppers need not stand in line for one row.

    used_at: when somebody last took a piece; quiet articles have their buckets taken away.
    """

    # Never used again, so that a reservation tells by it whether its bucket still stands.
    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    slot = models.SmallIntegerField()
    pieces = models.IntegerField()
    reserved = models.IntegerField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "stock_bucket"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "variant_id", "place_id", "slot"], name="stock_bucket_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("pieces")), name="stock_bucket_holds_its_own"
            ),
        )

    def __str__(self) -> str:
        return f"{self.variant_id}/{self.slot}: {self.pieces} ({self.reserved})"


class Article(OwnedModel):
    """What has been said about how one article is handed out. An article without a row is sold from what lies there.

    buckets: how many there are at a place, 0 for none; closing: they are about to be taken away. limit_each: pieces
    for one shopper. ahead: sold before it arrives, up to `ahead_limit` pieces, expected on `ahead_on`. sold_out: what was
    last told about an article in buckets. sale_id: the flash sale that it is in.
    """

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    spread = models.CharField(
        max_length=6,
        choices=[(how, how) for how in Spread],
        default=Spread.AUTO,
        db_default=Spread.AUTO,
    )
    buckets = models.SmallIntegerField(default=0, db_default=0)
    closing = models.BooleanField(default=False, db_default=False)
    limit_each = models.IntegerField(null=True)
    ahead = models.CharField(
        max_length=9, blank=True, choices=[(kind, kind) for kind in Ahead], default="", db_default=""
    )
    ahead_limit = models.IntegerField(default=0, db_default=0)
    ahead_promised = models.IntegerField(default=0, db_default=0)
    ahead_on = models.DateField(null=True)
    sold_out = models.BooleanField(default=False, db_default=False)
    sale_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "stock_article"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "variant_id"], name="stock_article_once"),
            models.CheckConstraint(condition=Q(limit_each__gt=0), name="stock_article_limit"),
            models.CheckConstraint(
                condition=Q(ahead_promised__gte=0) & Q(ahead_promised__lte=F("ahead_limit")),
                name="stock_article_ahead_in_limit",
            ),
            models.CheckConstraint(condition=Q(spread__in=list(Spread)), name="stock_article_spread"),
            models.CheckConstraint(
                condition=Q(ahead="") | Q(ahead__in=list(Ahead), ahead_on__isnull=False), name="stock_article_ahead"
            ),
        )

    def __str__(self) -> str:
        return str(self.variant_id)


class Agreement(OwnedModel):
    """A shopper has agreed to wait for an article until the day that was named to them."""

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    shopper_id = models.BigIntegerField()
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        db_table = "stock_agreement"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "variant_id", "shopper_id"], name="stock_agreement_once"),
        )

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.due_on}"


class Sale(OwnedModel):
    """A flash sale: so many pieces of some articles, at most `limit_each` for a shopper, to those who came first.

    From `opens_at` on the articles are had only with a ticket; tickets are admitted from `starts_at` on. at_once: how
    many may be at the checkout at one time, each for `ticket_seconds`. allotted: the sum of its tickets'.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    listing_ref = models.CharField(max_length=24)
    variant_ids = ArrayField(models.BigIntegerField())
    opens_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    pieces = models.IntegerField()
    limit_each = models.IntegerField()
    at_once = models.IntegerField()
    ticket_seconds = models.IntegerField()
    allotted = models.IntegerField(default=0)
    sold_out = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "stock_sale"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="stock_sale_ref"),
            models.CheckConstraint(
                condition=Q(allotted__gte=0) & Q(allotted__lte=F("pieces")), name="stock_sale_allots_its_own"
            ),
            models.CheckConstraint(
                condition=Q(pieces__gt=0, limit_each__gt=0, at_once__gt=0, ticket_seconds__gt=0),
                name="stock_sale_positive",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lte=F("starts_at")) & Q(starts_at__lt=F("ends_at")), name="stock_sale_times"
            ),
        )
        indexes = (
            models.Index(fields=["ref"], name="stock_sale_by_ref"),
            models.Index(fields=["ends_at"], name="stock_sale_ending"),
        )

    def __str__(self) -> str:
        return self.ref


class Ticket(OwnedModel):
    """A shopper's place in the queue of a sale; the id is the place. allotted: pieces set aside for it; pieces: ordered."""

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    sale_id = models.BigIntegerField()
    shopper_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    state = models.CharField(max_length=8, choices=[(state, state) for state in TicketState])
    arrived_at = models.DateTimeField()
    admitted_until = models.DateTimeField(null=True)
    order_id = models.BigIntegerField(null=True)
    allotted = models.IntegerField()
    pieces = models.IntegerField()

    class Meta:
        db_table = "stock_ticket"
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "sale_id", "shopper_id"], name="stock_ticket_once"),
            models.CheckConstraint(
                condition=Q(pieces__gte=0) & Q(pieces__lte=F("allotted")), name="stock_ticket_within_its_own"
            ),
            models.CheckConstraint(condition=Q(state__in=list(TicketState)), name="stock_ticket_state"),
        )
        indexes = (
            models.Index(
                fields=["merchant_id", "sale_id", "id"], name="stock_ticket_waiting", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["merchant_id", "sale_id"], name="stock_ticket_admitted", condition=Q(state="admitted")
            ),
            models.Index(
                fields=["merchant_id", "sale_id"], name="stock_ticket_loose", condition=~Q(allotted=F("pieces"))
            ),
            models.Index(
                fields=["merchant_id", "order_id"], name="stock_ticket_order", condition=Q(order_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.ref


class Repair(OwnedModel):
    """A counter that was not what the facts say, and was put right; never altered."""

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    counter = models.CharField(max_length=16)
    was = models.BigIntegerField()
    now = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        db_table = "stock_repair"

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.counter} {self.was} -> {self.now}"


class Wait(OwnedModel):
    """Somebody stood in line for an article's row. Swept after a minute; a crash may empty the table."""

    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "stock_wait"
        indexes = (models.Index(fields=["merchant_id", "variant_id", "at"], name="stock_wait_article"),)

    def __str__(self) -> str:
        return str(self.variant_id)


class Reservation(OwnedModel):
    """What is promised to one order from one place.

    place_id: 0 while the goods are still to come, expected on `due_on`. bucket_id: the bucket they came from, or 0.
    bound: its order has been written. Until then it lapses at `expires_at` and anybody may free it; afterwards only
    the order's cancelling does. limited: it counts towards what one shopper may have.
    """

    # A plain sequence: nobody refers to a reservation by its id, and one statement writes as many as places give.
    id = models.BigAutoField(primary_key=True)
    merchant_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    variant_id = models.BigIntegerField()
    place_id = models.BigIntegerField()
    bucket_id = models.BigIntegerField(default=0, db_default=0)
    shopper_id = models.BigIntegerField(default=0, db_default=0)
    quantity = models.IntegerField()
    state = models.CharField(max_length=9, choices=[(state, state) for state in ReservationState])
    bound = models.BooleanField(default=False)
    limited = models.BooleanField(default=False, db_default=False)
    expires_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)

    class Meta:
        db_table = "stock_reservation"
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id", "order_id", "variant_id", "place_id", "bucket_id"],
                name="stock_reservation_once",
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
            models.Index(
                fields=["merchant_id", "variant_id", "shopper_id"],
                name="stock_reservation_shopper",
                condition=Q(limited=True),
            ),
            models.Index(
                fields=["merchant_id", "variant_id", "id"], name="stock_reservation_ahead", condition=Q(place_id=0)
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
