"""How often somebody has asked in one minute, for limits that hold across processes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RequestCountRow",
            fields=[
                ("slot", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("used", models.IntegerField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "db_table": "base_request_count",
                "indexes": [models.Index(fields=["ends_at"], name="base_request_count_ends")],
            },
        ),
        migrations.RunSQL("ALTER TABLE base_request_count SET UNLOGGED", "ALTER TABLE base_request_count SET LOGGED"),
    ]
