"""One word for the depot in Chinese, everywhere."""

from django.db import migrations

_NAMES = {"ONT": ("加州安大略集运仓", "加州安大略集货仓"), "SZX": ("深圳集运仓", "深圳集货仓")}


def rename(apps, schema_editor):
    for row in apps.get_model("depot", "SiteRow").objects.filter(code__in=_NAMES):
        before, after = _NAMES[row.code]
        if row.name.get("zh-hans") == before:
            row.name["zh-hans"] = after
            row.save(update_fields=["name"])


class Migration(migrations.Migration):
    dependencies = [("depot", "0003_papers_in_order")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
