"""
Once another release serves, nginx's kept connections still lead to this one. With the mark that a switch leaves beside the socket,
each answer ends its connection: nginx, told so in the answer, asks the new release next, and no request is lost in between.
"""

import os

MARK = os.path.join(os.path.dirname(os.environ.get("WHERRY_SOCKET", "")), "retired")


def is_retired():
    return os.path.exists(MARK)


def closing_asgi(app):
    """Servers take the header from the app as their own (RFC 9112, section 9.6), and nginx obeys it where one does not."""
    if not os.environ.get("WHERRY_SOCKET"):
        return app

    async def closing(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)

        async def send_closing(message):
            if message["type"] == "http.response.start" and is_retired():
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        return await app(scope, receive, send_closing)

    return closing


def close_gunicorn():
    """Gunicorn drops the header of a WSGI app (PEP 3333 keeps such to servers) and decides when it writes its own."""
    from gunicorn.http.wsgi import Response

    default_headers = Response.default_headers

    def closing(response, *args):
        if is_retired():
            response.force_close()
        return default_headers(response, *args)

    if os.environ.get("WHERRY_SOCKET"):
        Response.default_headers = closing
