"""The category tree we ship."""

from django.db import transaction

from entrepot.base.identity import new_id
from entrepot.catalogue.models import Category
from entrepot.catalogue.queries.categories import forget_categories
from entrepot.catalogue.rules.categories import tree


@transaction.atomic
def plant_categories() -> int:
    """Put in the categories we ship that are missing, and answer how many; names that were changed stay."""
    known = set(Category.objects.values_list("path", flat=True))
    missing = [
        Category(id=new_id(), path=path, names=dict(names), position=position)
        for position, (path, names) in enumerate(tree())
        if path not in known
    ]
    Category.objects.bulk_create(missing)
    forget_categories()
    return len(missing)
