"""A rate is looked up by source, pair and day: in that order stands the index that keeps it once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('rates', '0002_starter_rates'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='raterow',
            name='rates_rate_once',
        ),
        migrations.AddConstraint(
            model_name='raterow',
            constraint=models.UniqueConstraint(fields=('source', 'base', 'quote', 'on'), name='rates_rate_once'),
        ),
    ]
