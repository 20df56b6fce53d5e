from django.db import migrations


def add(apps, schema_editor):
    product = apps.get_model("catalog", "Product")
    for name, price in [("Kettle", "39.00"), ("Lamp", "59.50"), ("Teapot", "24.90")]:
        product.objects.create(name=name, price=price)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_product_in_stock")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
