"""Once put in the tariffs that ship with the market; 0003 does now, into tables that can hold them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customs", "0001_initial")]
    operations = []
