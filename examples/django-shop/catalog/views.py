import json

from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from catalog.models import Order, Product


def index(request):
    return render(request, "catalog/index.html", {"products": Product.objects.all()})


@csrf_exempt
@require_POST
def order(request):
    try:
        wanted = json.loads(request.body)
        quantity = int(wanted.get("quantity", 1))
    except (ValueError, AttributeError):
        return HttpResponseBadRequest("a JSON object with product and quantity is expected")
    product = get_object_or_404(Product, name=wanted.get("product"))
    placed = Order.objects.create(product=product, quantity=quantity)
    return JsonResponse({"order": placed.pk, "product": product.name, "quantity": quantity}, status=201)
