"""Flash sales with their queue, what shoppers agreed to wait for, the trail of repairs; the functions anew."""

from pathlib import Path

import django.contrib.postgres.fields
import entrepot.base.identity
import entrepot.stock.terms
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent


class Migration(migrations.Migration):

    dependencies = [
        ('stock', '0003_promised_in_one'),
    ]

    operations = [
        migrations.CreateModel(
            name='Repair',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('merchant_id', models.BigIntegerField()),
                ('variant_id', models.BigIntegerField()),
                ('place_id', models.BigIntegerField()),
                ('counter', models.CharField(max_length=16)),
                ('was', models.BigIntegerField()),
                ('now', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(max_length=80)),
            ],
            options={
                'db_table': 'stock_repair',
            },
        ),
        migrations.AddField(
            model_name='article',
            name='sale_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('merchant_id', models.BigIntegerField()),
                ('variant_id', models.BigIntegerField()),
                ('shopper_id', models.BigIntegerField()),
                ('due_on', models.DateField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'stock_agreement',
                'constraints': [models.UniqueConstraint(fields=('merchant_id', 'variant_id', 'shopper_id'), name='stock_agreement_once')],
            },
        ),
        migrations.CreateModel(
            name='Sale',
            fields=[
                ('id', models.BigIntegerField(default=entrepot.base.identity.new_id, primary_key=True, serialize=False)),
                ('merchant_id', models.BigIntegerField()),
                ('ref', models.CharField(max_length=24)),
                ('listing_ref', models.CharField(max_length=24)),
                ('variant_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('opens_at', models.DateTimeField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('pieces', models.IntegerField()),
                ('limit_each', models.IntegerField()),
                ('at_once', models.IntegerField()),
                ('ticket_seconds', models.IntegerField()),
                ('allotted', models.IntegerField(default=0)),
                ('sold_out', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'stock_sale',
                'indexes': [models.Index(fields=['ref'], name='stock_sale_by_ref'), models.Index(fields=['ends_at'], name='stock_sale_ending')],
                'constraints': [models.UniqueConstraint(fields=('merchant_id', 'ref'), name='stock_sale_ref'), models.CheckConstraint(condition=models.Q(('allotted__gte', 0), ('allotted__lte', models.F('pieces'))), name='stock_sale_allots_its_own'), models.CheckConstraint(condition=models.Q(('at_once__gt', 0), ('limit_each__gt', 0), ('pieces__gt', 0), ('ticket_seconds__gt', 0)), name='stock_sale_positive'), models.CheckConstraint(condition=models.Q(('opens_at__lte', models.F('starts_at')), ('starts_at__lt', models.F('ends_at'))), name='stock_sale_times')],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('merchant_id', models.BigIntegerField()),
                ('sale_id', models.BigIntegerField()),
                ('shopper_id', models.BigIntegerField()),
                ('ref', models.CharField(max_length=24)),
                ('state', models.CharField(choices=[(entrepot.stock.terms.TicketState['WAITING'], entrepot.stock.terms.TicketState['WAITING']), (entrepot.stock.terms.TicketState['ADMITTED'], entrepot.stock.terms.TicketState['ADMITTED']), (entrepot.stock.terms.TicketState['USED'], entrepot.stock.terms.TicketState['USED']), (entrepot.stock.terms.TicketState['LAPSED'], entrepot.stock.terms.TicketState['LAPSED'])], max_length=8)),
                ('arrived_at', models.DateTimeField()),
                ('admitted_until', models.DateTimeField(null=True)),
                ('order_id', models.BigIntegerField(null=True)),
                ('allotted', models.IntegerField()),
                ('pieces', models.IntegerField()),
            ],
            options={
                'db_table': 'stock_ticket',
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['merchant_id', 'sale_id', 'id'], name='stock_ticket_waiting'), models.Index(condition=models.Q(('state', 'admitted')), fields=['merchant_id', 'sale_id'], name='stock_ticket_admitted'), models.Index(condition=models.Q(('allotted', models.F('pieces')), _negated=True), fields=['merchant_id', 'sale_id'], name='stock_ticket_loose'), models.Index(condition=models.Q(('order_id__isnull', False)), fields=['merchant_id', 'order_id'], name='stock_ticket_order')],
                'constraints': [models.UniqueConstraint(fields=('merchant_id', 'sale_id', 'shopper_id'), name='stock_ticket_once'), models.CheckConstraint(condition=models.Q(('pieces__gte', 0), ('pieces__lte', models.F('allotted'))), name='stock_ticket_within_its_own'), models.CheckConstraint(condition=models.Q(('state__in', [entrepot.stock.terms.TicketState['WAITING'], entrepot.stock.terms.TicketState['ADMITTED'], entrepot.stock.terms.TicketState['USED'], entrepot.stock.terms.TicketState['LAPSED']])), name='stock_ticket_state')],
            },
        ),
        *(
            migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
            for name in ("stock_spread.sql", "stock_reserve.sql", "stock_give.sql", "stock_sale.sql")
        ),
    ]
