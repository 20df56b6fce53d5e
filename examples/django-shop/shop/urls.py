from django.contrib import admin
from django.urls import path

from catalog import views

urlpatterns = [
    path("", views.index, name="index"),
    path("orders", views.order, name="order"),
    path("admin/", admin.site.urls),
]
