"""The tariffs that ship with the market."""

from django.db import migrations

from entrepot.customs.services import load_starter


def put_in(apps, schema_editor):
    load_starter(model_of=lambda name: apps.get_model("customs", name))


class Migration(migrations.Migration):
    dependencies = [("customs", "0001_initial")]
    operations = [migrations.RunPython(put_in, migrations.RunPython.noop)]
