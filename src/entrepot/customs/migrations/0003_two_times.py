"""Law in parts and with two times; an edition that an operator loaded becomes the part `own` of its authority."""

import hashlib

import django.db.models.deletion
from django.db import migrations, models

_TABLES = ("MeasureRow", "GoodsRow", "FeeRow", "ThresholdRow", "RestrictionRow")

# What shipped was overwritten by each loading and cannot be given a past; 0004 puts it in anew. Nothing may be left to be
# checked at the end of the transaction, or the tables could not be altered in it.
_WITHOUT_STARTER = [
    "SET CONSTRAINTS ALL IMMEDIATE",
    *(
        f"DELETE FROM {table} WHERE tariff_id IN (SELECT jurisdiction FROM customs_tariff WHERE edition = 'starter')"
        for table in ("customs_measure", "customs_goods", "customs_fee", "customs_threshold", "customs_restriction")
    ),
    "DELETE FROM customs_tariff WHERE edition = 'starter'",
]


def keep_own_editions(apps, schema_editor):
    """What is left was loaded by an operator: it goes on speaking alone, and is known from this load on."""
    for tariff in apps.get_model("customs", "TariffRow").objects.order_by("jurisdiction"):
        load = apps.get_model("customs", "LoadRow").objects.create(
            tariff=tariff,
            part="own",
            edition=tariff.edition,
            official=True,
            digest=tariff.version,
            version=hashlib.sha256(f"\nown\n{tariff.version}".encode()).hexdigest(),
            speaks=[{"kind": "", "valid_from": "0001-01-01", "valid_until": None, "codes": [""], "back_to": None}],
            areas=tariff.areas,
        )
        for name in _TABLES:
            apps.get_model("customs", name).objects.filter(tariff=tariff).update(part="own", since_load=load.id)


class Migration(migrations.Migration):

    dependencies = [
        ('customs', '0002_starter'),
    ]

    operations = [
        migrations.RunSQL(_WITHOUT_STARTER, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='LoadRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('part', models.CharField(max_length=40)),
                ('edition', models.CharField(max_length=64)),
                ('holds_from', models.DateField(null=True)),
                ('official', models.BooleanField(default=True)),
                ('file', models.CharField(blank=True, max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('version', models.CharField(max_length=64)),
                ('speaks', models.JSONField(default=list)),
                ('areas', models.JSONField(default=dict)),
                ('counts', models.JSONField(default=dict)),
                ('loaded_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'customs_load',
            },
        ),
        migrations.RemoveConstraint(
            model_name='feerow',
            name='customs_fee_once',
        ),
        migrations.RemoveConstraint(
            model_name='goodsrow',
            name='customs_goods_once',
        ),
        migrations.RemoveConstraint(
            model_name='measurerow',
            name='customs_measure_once',
        ),
        migrations.RemoveConstraint(
            model_name='restrictionrow',
            name='customs_restriction_once',
        ),
        migrations.RemoveConstraint(
            model_name='thresholdrow',
            name='customs_threshold_once',
        ),
        migrations.AddField(
            model_name='feerow',
            name='fingerprint',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddField(
            model_name='feerow',
            name='more',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='feerow',
            name='part',
            field=models.CharField(default='starter', max_length=40),
        ),
        migrations.AddField(
            model_name='feerow',
            name='since_load',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='feerow',
            name='until_load',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='goodsrow',
            name='fingerprint',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddField(
            model_name='goodsrow',
            name='more',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='goodsrow',
            name='part',
            field=models.CharField(default='starter', max_length=40),
        ),
        migrations.AddField(
            model_name='goodsrow',
            name='since_load',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='goodsrow',
            name='until_load',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='measurerow',
            name='fingerprint',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddField(
            model_name='measurerow',
            name='more',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='measurerow',
            name='part',
            field=models.CharField(default='starter', max_length=40),
        ),
        migrations.AddField(
            model_name='measurerow',
            name='since_load',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='measurerow',
            name='until_load',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='restrictionrow',
            name='fingerprint',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddField(
            model_name='restrictionrow',
            name='more',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='restrictionrow',
            name='part',
            field=models.CharField(default='starter', max_length=40),
        ),
        migrations.AddField(
            model_name='restrictionrow',
            name='since_load',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='restrictionrow',
            name='until_load',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='thresholdrow',
            name='fingerprint',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddField(
            model_name='thresholdrow',
            name='more',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='thresholdrow',
            name='part',
            field=models.CharField(default='starter', max_length=40),
        ),
        migrations.AddField(
            model_name='thresholdrow',
            name='since_load',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='thresholdrow',
            name='until_load',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='feerow',
            name='key',
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name='feerow',
            name='tariff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customs.tariffrow'),
        ),
        migrations.AlterField(
            model_name='goodsrow',
            name='key',
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name='goodsrow',
            name='tariff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customs.tariffrow'),
        ),
        migrations.AlterField(
            model_name='measurerow',
            name='key',
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name='measurerow',
            name='rate',
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name='measurerow',
            name='tariff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customs.tariffrow'),
        ),
        migrations.AlterField(
            model_name='restrictionrow',
            name='key',
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name='restrictionrow',
            name='tariff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customs.tariffrow'),
        ),
        migrations.AlterField(
            model_name='thresholdrow',
            name='key',
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name='thresholdrow',
            name='tariff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customs.tariffrow'),
        ),
        migrations.AddConstraint(
            model_name='feerow',
            constraint=models.UniqueConstraint(fields=('tariff', 'part', 'key', 'valid_from', 'since_load'), name='customs_fee_once'),
        ),
        migrations.AddConstraint(
            model_name='goodsrow',
            constraint=models.UniqueConstraint(fields=('tariff', 'part', 'key', 'valid_from', 'since_load'), name='customs_goods_once'),
        ),
        migrations.AddConstraint(
            model_name='measurerow',
            constraint=models.UniqueConstraint(fields=('tariff', 'part', 'key', 'valid_from', 'since_load'), name='customs_measure_once'),
        ),
        migrations.AddConstraint(
            model_name='restrictionrow',
            constraint=models.UniqueConstraint(fields=('tariff', 'part', 'key', 'valid_from', 'since_load'), name='customs_restriction_once'),
        ),
        migrations.AddConstraint(
            model_name='thresholdrow',
            constraint=models.UniqueConstraint(fields=('tariff', 'part', 'key', 'valid_from', 'since_load'), name='customs_threshold_once'),
        ),
        migrations.AddField(
            model_name='loadrow',
            name='tariff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='customs.tariffrow'),
        ),
        migrations.RunPython(keep_own_editions, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='tariffrow',
            name='areas',
        ),
        migrations.RemoveField(
            model_name='tariffrow',
            name='edition',
        ),
        migrations.RemoveField(
            model_name='tariffrow',
            name='version',
        ),
        migrations.AddIndex(
            model_name='loadrow',
            index=models.Index(fields=['tariff', 'part'], name='customs_load_by_part'),
        ),
    ]
