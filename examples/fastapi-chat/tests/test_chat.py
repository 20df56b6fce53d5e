from fastapi.testclient import TestClient

from chat.main import app


def test_the_page_is_served():
    with TestClient(app) as client:
        assert "Chat" in client.get("/").text


def test_a_socket_answers():
    with TestClient(app) as client, client.websocket_connect("/ws") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "you said: hello"
