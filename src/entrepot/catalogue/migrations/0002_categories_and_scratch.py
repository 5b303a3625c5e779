"""The category tree we ship, and the staged tables without a write-ahead log: a crash of the server costs a restart
of the import, never a listing."""

from django.db import migrations

from entrepot.base.identity import new_id
from entrepot.catalogue.rules.categories import tree

STAGED = ("catalogue_stagedlisting", "catalogue_stagedvariant", "catalogue_stagedpicture")


def plant(apps, _editor):
    Category = apps.get_model("catalogue", "Category")
    Category.objects.bulk_create(
        Category(id=new_id(), path=path, names=dict(names), position=position)
        for position, (path, names) in enumerate(tree())
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET UNLOGGED" for table in STAGED],
            [f"ALTER TABLE {table} SET LOGGED" for table in STAGED],
        ),
        migrations.RunPython(plant, migrations.RunPython.noop),
    ]
