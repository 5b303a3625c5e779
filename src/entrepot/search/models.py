"""What the database remembers of the index: which generations there were, and what changes while one is built."""

from django.db import models


class GenerationRow(models.Model):
    """One generation. mark: also in the pointer on disk, so that an index of another database is never served."""

    id = models.BigAutoField(primary_key=True)
    number = models.IntegerField(unique=True)
    mark = models.CharField(max_length=32)
    state = models.CharField(max_length=8, choices=[(state, state) for state in ("building", "serving", "gone")])
    started_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True)
    documents = models.BigIntegerField(default=0)

    class Meta:
        db_table = "search_generation"

    def __str__(self) -> str:
        return f"gen-{self.number} {self.state}"


class ChangeRow(models.Model):
    """A listing that changed while a generation was being built; it is written there again before that serves."""

    id = models.BigAutoField(primary_key=True)
    number = models.IntegerField()
    listing_id = models.BigIntegerField()

    class Meta:
        db_table = "search_change"
        constraints = (models.UniqueConstraint(fields=["number", "listing_id"], name="search_change_once"),)

    def __str__(self) -> str:
        return f"{self.listing_id} for gen-{self.number}"
