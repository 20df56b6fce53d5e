from django.contrib import admin

from catalog.models import Order, Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "price", "in_stock"]


admin.site.register(Order)
