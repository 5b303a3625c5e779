"""The catalogue's tables. All but the category tree belong to a merchant; the staged ones are an import's scratch."""

from django.db import models

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class Category(models.Model):
    """A place in the category tree; the path carries the tree. A small table, the same everywhere."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    path = models.CharField(max_length=120, unique=True)
    names = models.JSONField()
    position = models.IntegerField()

    def __str__(self) -> str:
        return self.path


class Listing(OwnedModel):
    """A merchant's page."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    ref = models.CharField(max_length=24, db_index=True)
    handle = models.CharField(max_length=255)
    status = models.CharField(max_length=9)
    wanted = models.CharField(max_length=9)
    category_path = models.CharField(max_length=120, default="")
    brand = models.CharField(max_length=255, default="")
    kind = models.CharField(max_length=255, default="")
    origin = models.CharField(max_length=2, default="")
    ships_from = models.CharField(max_length=2, default="")
    goods_codes = models.JSONField(default=dict)
    titles = models.JSONField(default=dict)
    descriptions = models.JSONField(default=dict)
    option_names = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    attributes = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "handle"], name="catalogue_listing_handle"),
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="catalogue_listing_ref"),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "published", "archived"]), name="catalogue_listing_status"
            ),
        )
        indexes = (models.Index(fields=["merchant_id", "-updated_at", "id"], name="catalogue_listing_recent"),)

    def __str__(self) -> str:
        return self.ref


class Variant(OwnedModel):
    """One article. options_key: its option values folded, what a file row is matched by."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, db_index=False)
    ref = models.CharField(max_length=24, db_index=True)
    sku = models.CharField(max_length=255, default="")
    barcode = models.CharField(max_length=64, default="")
    options = models.JSONField(default=list)
    options_key = models.CharField(max_length=800, default="")
    position = models.IntegerField(default=0)
    net_grams = models.IntegerField(null=True)
    gross_grams = models.IntegerField(null=True)
    picture_source = models.CharField(max_length=2048, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "listing", "options_key"], name="catalogue_variant_once"),
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="catalogue_variant_ref"),
            models.CheckConstraint(
                condition=(models.Q(net_grams__isnull=True) | models.Q(net_grams__gt=0))
                & (models.Q(gross_grams__isnull=True) | models.Q(gross_grams__gt=0)),
                name="catalogue_variant_grams",
            ),
        )
        indexes = (models.Index(fields=["merchant_id", "sku"], name="catalogue_variant_sku"),)

    def __str__(self) -> str:
        return self.ref


class Offer(OwnedModel):
    """A variant's price in one channel and currency."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["merchant_id", "variant", "channel", "currency"], name="catalogue_offer_once"
            ),
            models.CheckConstraint(condition=models.Q(price_minor__gt=0), name="catalogue_offer_price"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.price_minor} {self.currency}"


class Picture(OwnedModel):
    """A picture of a listing. sha256: of the re-encoded file, empty until it was fetched; trouble: why it was not."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, db_index=False)
    source = models.CharField(max_length=2048)
    position = models.IntegerField(default=0)
    alt = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, default="")
    trouble = models.CharField(max_length=255, default="")
    tries = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "listing", "source"], name="catalogue_picture_once"),
        )

    def __str__(self) -> str:
        return self.source


class GoodsCodeDecision(OwnedModel):
    """A goods code that a person chose for a listing, with what was shown then. Never changed or deleted."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, db_index=False)
    key = models.CharField(max_length=64)
    country = models.CharField(max_length=2)
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=500)
    person_id = models.BigIntegerField()
    decided_by = models.CharField(max_length=150)
    at = models.DateTimeField()
    why = models.TextField(default="")
    score = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    nomenclature = models.CharField(max_length=32)
    basis = models.CharField(max_length=64, default="")
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["merchant_id", "key"], name="catalogue_goodscodedecision_once"),)
        indexes = (models.Index(fields=["merchant_id", "listing", "-at"], name="catalogue_decision_recent"),)

    def __str__(self) -> str:
        return self.code


class ImportRun(OwnedModel):
    """One file on its way in. staged_line and applied_line are the resume points of its two halves."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    key = models.CharField(max_length=255)
    state = models.CharField(max_length=8)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    channel = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    encoding = models.CharField(max_length=32, default="")
    dialect = models.CharField(max_length=32, default="")
    headings = models.JSONField(default=list)
    partial = models.BooleanField(default=False)
    bytes_read = models.BigIntegerField(default=0)
    staged_line = models.BigIntegerField(default=0)
    staged = models.BooleanField(default=False)
    staged_count = models.BigIntegerField(default=0)
    applied_line = models.BigIntegerField(default=0)
    applied_count = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    products = models.BigIntegerField(default=0)
    listings_created = models.BigIntegerField(default=0)
    listings_changed = models.BigIntegerField(default=0)
    listings_same = models.BigIntegerField(default=0)
    stock_set = models.BigIntegerField(default=0)
    trouble = models.CharField(max_length=64, default="")
    trouble_facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="catalogue_importrun_ref"),
            models.UniqueConstraint(fields=["merchant_id", "key"], name="catalogue_importrun_key"),
        )

    def __str__(self) -> str:
        return self.ref


class ImportRow(OwnedModel):
    """A finding about a row. Rejected rows are handed back from the kept file, by their line."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, db_index=False)
    line = models.BigIntegerField()
    handle = models.CharField(max_length=255, default="")
    field = models.CharField(max_length=120, default="")
    code = models.CharField(max_length=64)
    severity = models.CharField(max_length=7)
    facts = models.JSONField(default=dict)
    # Findings of the reading half are made anew when it starts anew; those of the writing half come with their chunk.
    half = models.SmallIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=["merchant_id", "run", "line", "id"], name="catalogue_importrow_order"),)

    def __str__(self) -> str:
        return f"{self.line} {self.code}"


class ImportChange(OwnedModel):
    """What a run did to one listing. before: the listing's rows as they were, nothing for one that it created."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, db_index=False)
    listing_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "run", "listing_id"], name="catalogue_importchange_once"),
        )

    def __str__(self) -> str:
        return str(self.listing_id)


class StagedListing(OwnedModel):
    """A product of a file, read and checked. id and ref are those the listing gets if it is new. Unlogged.

    NULL, or a language that is not there: the file has no such column; empty, or a null inside: blanked.
    """

    id = models.BigIntegerField(primary_key=True)
    merchant_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    line = models.BigIntegerField()
    product_line = models.BigIntegerField()
    head = models.BooleanField()
    handle = models.CharField(max_length=255)
    ref = models.CharField(max_length=24)
    wanted = models.CharField(max_length=9, default="")
    category_path = models.CharField(max_length=120, default="")
    brand = models.CharField(max_length=255, null=True)
    kind = models.CharField(max_length=255, null=True)
    origin = models.CharField(max_length=2, null=True)
    goods_codes = models.JSONField(default=dict)
    titles = models.JSONField(default=dict)
    descriptions = models.JSONField(default=dict)
    option_names = models.JSONField(null=True)
    tags = models.JSONField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["merchant_id", "run_id", "product_line"], name="catalogue_stagedl_order"),)

    def __str__(self) -> str:
        return self.handle


class StagedVariant(OwnedModel):
    """A variant row of a file, read and checked; NULL: no such column; 0 and empty: blanked. Unlogged."""

    id = models.BigIntegerField(primary_key=True)
    merchant_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    line = models.BigIntegerField()
    product_line = models.BigIntegerField()
    handle = models.CharField(max_length=255)
    ref = models.CharField(max_length=24)
    offer_id = models.BigIntegerField()
    sku = models.CharField(max_length=255, null=True)
    barcode = models.CharField(max_length=64, null=True)
    options = models.JSONField(null=True)
    options_key = models.CharField(max_length=800, default="")
    position = models.IntegerField(default=0)
    net_grams = models.IntegerField(null=True)
    gross_grams = models.IntegerField(null=True)
    picture_source = models.CharField(max_length=2048, null=True)
    price_minor = models.BigIntegerField(null=True)
    compare_at_minor = models.BigIntegerField(null=True)
    quantity = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=["merchant_id", "run_id", "product_line"], name="catalogue_stagedv_order"),)

    def __str__(self) -> str:
        return f"{self.handle} {self.options_key}"


class StagedPicture(OwnedModel):
    """A picture address of a file. Unlogged."""

    id = models.BigIntegerField(primary_key=True)
    merchant_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    line = models.BigIntegerField()
    product_line = models.BigIntegerField()
    handle = models.CharField(max_length=255)
    source = models.CharField(max_length=2048)
    position = models.IntegerField(default=0)
    alt = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["merchant_id", "run_id", "product_line"], name="catalogue_stagedp_order"),)

    def __str__(self) -> str:
        return self.source
