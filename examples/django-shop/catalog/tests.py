from django.test import TestCase

from catalog.models import Order


class ShopTest(TestCase):
    def test_the_products_are_listed(self):
        self.assertContains(self.client.get("/"), "Kettle")

    def test_an_order_is_kept(self):
        answer = self.client.post("/orders", {"product": "Lamp", "quantity": 2}, content_type="application/json")
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(Order.objects.get().quantity, 2)
