import pytest

from notes import create_app


@pytest.fixture
def client(tmp_path):
    return create_app({"DATABASE": str(tmp_path / "notes.db")}).test_client()


def test_a_note_is_kept(client):
    assert client.post("/notes", json={"text": "buy tea"}).status_code == 201
    assert "buy tea" in client.get("/").text


def test_an_empty_note_is_refused(client):
    assert client.post("/notes", json={}).status_code == 400
