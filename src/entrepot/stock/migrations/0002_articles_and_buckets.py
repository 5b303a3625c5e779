"""What is said about articles, buckets for those that many want, and the functions that reserve, release and count."""

from pathlib import Path

import entrepot.stock.terms
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):

    dependencies = [
        ('stock', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('merchant_id', models.BigIntegerField()),
                ('variant_id', models.BigIntegerField()),
                ('spread', models.CharField(choices=[(entrepot.stock.terms.Spread['AUTO'], entrepot.stock.terms.Spread['AUTO']), (entrepot.stock.terms.Spread['ALWAYS'], entrepot.stock.terms.Spread['ALWAYS']), (entrepot.stock.terms.Spread['NEVER'], entrepot.stock.terms.Spread['NEVER'])], db_default=entrepot.stock.terms.Spread['AUTO'], default=entrepot.stock.terms.Spread['AUTO'], max_length=6)),
                ('buckets', models.SmallIntegerField(db_default=0, default=0)),
                ('closing', models.BooleanField(db_default=False, default=False)),
                ('limit_each', models.IntegerField(null=True)),
                ('ahead', models.CharField(blank=True, choices=[(entrepot.stock.terms.Ahead['BACKORDER'], entrepot.stock.terms.Ahead['BACKORDER']), (entrepot.stock.terms.Ahead['PREORDER'], entrepot.stock.terms.Ahead['PREORDER'])], db_default='', default='', max_length=9)),
                ('ahead_limit', models.IntegerField(db_default=0, default=0)),
                ('ahead_promised', models.IntegerField(db_default=0, default=0)),
                ('ahead_on', models.DateField(null=True)),
                ('sold_out', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'db_table': 'stock_article',
            },
        ),
        migrations.CreateModel(
            name='Bucket',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('merchant_id', models.BigIntegerField()),
                ('variant_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('slot', models.SmallIntegerField()),
                ('pieces', models.IntegerField()),
                ('reserved', models.IntegerField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'stock_bucket',
            },
        ),
        migrations.CreateModel(
            name='Wait',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('merchant_id', models.BigIntegerField()),
                ('variant_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'stock_wait',
            },
        ),
        migrations.RemoveConstraint(
            model_name='reservation',
            name='stock_reservation_once',
        ),
        migrations.AddField(
            model_name='position',
            name='pooled',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='reservation',
            name='bucket_id',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='reservation',
            name='committed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reservation',
            name='due_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='reservation',
            name='limited',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='reservation',
            name='shopper_id',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(condition=models.Q(('limited', True)), fields=['merchant_id', 'variant_id', 'shopper_id'], name='stock_reservation_shopper'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(condition=models.Q(('place_id', 0)), fields=['merchant_id', 'variant_id', 'id'], name='stock_reservation_ahead'),
        ),
        migrations.AddConstraint(
            model_name='position',
            constraint=models.CheckConstraint(condition=models.Q(('pooled__gte', 0), ('pooled__lte', models.F('reserved'))), name='stock_pooled_is_reserved'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(fields=('merchant_id', 'order_id', 'variant_id', 'place_id', 'bucket_id'), name='stock_reservation_once'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.UniqueConstraint(fields=('merchant_id', 'variant_id'), name='stock_article_once'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('limit_each__gt', 0)), name='stock_article_limit'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('ahead_promised__gte', 0), ('ahead_promised__lte', models.F('ahead_limit'))), name='stock_article_ahead_in_limit'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('spread__in', [entrepot.stock.terms.Spread['AUTO'], entrepot.stock.terms.Spread['ALWAYS'], entrepot.stock.terms.Spread['NEVER']])), name='stock_article_spread'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('ahead', ''), models.Q(('ahead__in', [entrepot.stock.terms.Ahead['BACKORDER'], entrepot.stock.terms.Ahead['PREORDER']]), ('ahead_on__isnull', False)), _connector='OR'), name='stock_article_ahead'),
        ),
        migrations.AddConstraint(
            model_name='bucket',
            constraint=models.UniqueConstraint(fields=('merchant_id', 'variant_id', 'place_id', 'slot'), name='stock_bucket_once'),
        ),
        migrations.AddConstraint(
            model_name='bucket',
            constraint=models.CheckConstraint(condition=models.Q(('reserved__gte', 0), ('reserved__lte', models.F('pieces'))), name='stock_bucket_holds_its_own'),
        ),
        migrations.AddIndex(
            model_name='wait',
            index=models.Index(fields=['merchant_id', 'variant_id', 'at'], name='stock_wait_article'),
        ),
        # Counters change with every sale: room on the page keeps those updates off the indexes.
        migrations.RunSQL("ALTER TABLE stock_bucket SET (fillfactor = 40)", migrations.RunSQL.noop),
        # Rows of the last seconds: a crash may have them.
        migrations.RunSQL("ALTER TABLE stock_wait SET UNLOGGED", migrations.RunSQL.noop),
        *(
            migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
            for name in ("stock_spread.sql", "stock_reserve.sql", "stock_give.sql")
        ),
    ]
