"""Dated rules about commission, the tax on it, reserves, and how far a release may be put off."""

from datetime import date

from django.db import migrations, models
from django.db.models import Q

from entrepot.channels.rules.fees import FEE_TAXES


def put_in(apps, schema_editor):
    row = apps.get_model("channels", "FeeTaxRow")
    for tax in FEE_TAXES:
        row.objects.get_or_create(
            seat=tax.seat,
            country=tax.country,
            valid_from=date(2024, 1, 1),
            defaults={"rate": tax.rate, "source": tax.source},
        )


def _scoped(name, extra):
    return migrations.CreateModel(
        name=name,
        fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)),
            ("merchant_id", models.BigIntegerField(null=True)),
            ("channel", models.CharField(blank=True, max_length=32)),
            ("rate", models.DecimalField(decimal_places=5, max_digits=7, null=True)),
            ("valid_from", models.DateField()),
            ("reason", models.CharField(max_length=300)),
            ("user_id", models.BigIntegerField(null=True)),
            ("made_at", models.DateTimeField()),
            ("key", models.CharField(max_length=64, unique=True)),
            *extra,
        ],
        options={"db_table": {"CommissionRow": "channels_commission", "ReserveRow": "channels_reserve"}[name]},
    )


def _rate_bound(model, name):
    return migrations.AddConstraint(
        model_name=model,
        constraint=models.CheckConstraint(condition=Q(rate__isnull=True) | Q(rate__gte=0, rate__lte="0.5"), name=name),
    )


class Migration(migrations.Migration):
    dependencies = [("channels", "0002_presets")]
    operations = [
        *(
            migrations.AddField("channelrow", name, models.IntegerField(db_default=days))
            for name, days in (("patience_shopper", 3), ("patience_near", 3), ("patience_most", 30))
        ),
        _scoped("CommissionRow", [("category", models.CharField(blank=True, max_length=120))]),
        _scoped("ReserveRow", [("days", models.IntegerField()), ("mature_days", models.IntegerField())]),
        _rate_bound("commissionrow", "channels_commission_rate"),
        _rate_bound("reserverow", "channels_reserve_rate"),
        migrations.AddConstraint(
            model_name="reserverow",
            constraint=models.CheckConstraint(
                condition=Q(days__gte=0, mature_days__gte=0), name="channels_reserve_days"
            ),
        ),
        migrations.CreateModel(
            name="FeeTaxRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seat", models.CharField(max_length=2)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("rate", models.DecimalField(decimal_places=5, max_digits=7)),
                ("valid_from", models.DateField()),
                ("source", models.CharField(max_length=300)),
            ],
            options={
                "db_table": "channels_feetax",
                "constraints": [
                    models.UniqueConstraint(fields=["seat", "country", "valid_from"], name="channels_feetax_once"),
                    models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=1), name="channels_feetax_rate"),
                ],
            },
        ),
        migrations.RunPython(put_in, migrations.RunPython.noop),
    ]
