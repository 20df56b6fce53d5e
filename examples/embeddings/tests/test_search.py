import json

from fastapi.testclient import TestClient

from search.main import app


def test_what_means_the_same_is_near():
    with TestClient(app) as client:
        texts = ["A kitten sleeps on the sofa", "Interest rates went up again"]
        answer = client.post("/compare", json={"query": "The cat naps on the couch", "texts": texts})
        near, far = [json.loads(line)["score"] for line in answer.text.splitlines()]
    assert near > far + 0.2
