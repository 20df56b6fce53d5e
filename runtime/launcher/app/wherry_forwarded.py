"""
Tells an app who its client is, from the headers of the proxies in front: address, scheme, port. Servers do this each in its own
way: Gunicorn sets the scheme only; Uvicorn believes nobody on a Unix socket, or with '*' the first address, which a client can
write; Hypercorn, Granian and Waitress do nothing by themselves.

`hops` is the number of proxies that append to X-Forwarded-For. Counted from the right, the entry of the outermost of them is the
first that no client can forge. Header names: https://developer.mozilla.org/docs/Web/HTTP/Headers/X-Forwarded-For
"""

import inspect
import ipaddress

from wherry_interface import accepts, interfaces_of

PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
LOCAL = "127.0.0.1"  # Whoever comes over the Unix socket without a header is on this machine.


def forwarded_wsgi(app, hops):
    def forwarded(environ, start_response):
        client = client_of(environ.get("HTTP_X_FORWARDED_FOR"), hops)
        if client:
            environ["REMOTE_ADDR"] = client
            environ.pop("REMOTE_PORT", None)
        elif not is_address(environ.get("REMOTE_ADDR")):
            environ["REMOTE_ADDR"] = LOCAL
        scheme = scheme_of(environ.get("HTTP_X_FORWARDED_PROTO"))
        if scheme:
            environ["wsgi.url_scheme"] = scheme
            if scheme == "https":
                environ["HTTPS"] = "on"
            else:
                environ.pop("HTTPS", None)
        host = environ.get("HTTP_HOST")
        if host:
            environ["SERVER_NAME"], environ["SERVER_PORT"] = host_and_port(host, environ["wsgi.url_scheme"])
        return app(environ, start_response)

    return forwarded


def forwarded_asgi(app, hops):
    single = is_single_callable(app)

    async def forwarded(scope, receive, send):
        if scope["type"] in ("http", "websocket"):
            scope = corrected(scope, hops)
        if single:
            return await app(scope, receive, send)
        return await app(scope)(receive, send)  # ASGI 2

    return forwarded


def corrected(scope, hops):
    headers = {b"host": [], b"x-forwarded-for": [], b"x-forwarded-proto": []}
    for name, value in scope["headers"]:
        if name in headers:
            headers[name].append(value.decode("latin-1"))
    scope = dict(scope)
    client = client_of(",".join(headers[b"x-forwarded-for"]), hops)
    peer = scope.get("client")
    if client:
        scope["client"] = (client, 0)
    elif not peer or not is_address(peer[0]):
        scope["client"] = (LOCAL, 0)
    scheme = scheme_of(",".join(headers[b"x-forwarded-proto"]))
    if scheme:
        secure = scheme == "https"
        plain = "ws" if scope["type"] == "websocket" else "http"
        scope["scheme"] = plain + "s" if secure else plain
    if headers[b"host"]:
        name, port = host_and_port(headers[b"host"][0], scope.get("scheme", "http"))
        scope["server"] = (name, int(port))
    return scope


def client_of(header, hops):
    """The address `hops` entries from the right, or the leftmost when there are fewer; None when it is no address."""
    entries = [entry.strip() for entry in (header or "").split(",") if entry.strip()]
    if not entries:
        return None
    return clean_address(entries[-min(hops, len(entries))])


def clean_address(text):
    """An IP address without port, brackets and IPv4-in-IPv6; None for anything else, such as `unknown` or `unix:`."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def is_address(text):
    return bool(text) and clean_address(text) is not None


def scheme_of(header):
    """What the nearest proxy says, which is the last entry when several wrote one."""
    scheme = (header or "").rpartition(",")[2].strip().lower()
    scheme = {"wss": "https", "ws": "http"}.get(scheme, scheme)
    return scheme if scheme in ("http", "https") else None


def host_and_port(host, scheme):
    name, colon, port = host.rpartition(":")
    if colon and port.isascii() and port.isdigit() and len(port) <= 5 and not name.endswith(":"):
        return name, port
    return host, PORTS.get(scheme, "80")


def is_single_callable(app):
    """ASGI 3 as servers recognise it: a coroutine function, or an object whose call is one."""
    if inspect.isclass(app):
        return hasattr(app, "__await__")
    if inspect.iscoroutinefunction(app):
        return True
    if inspect.isfunction(app) and "asgi" in (interfaces_of(app) or ()) and accepts(inspect.signature(app), 3):
        return True  # A plain function that hands on what another app gives.
    return inspect.iscoroutinefunction(getattr(app, "__call__", None)) or not inspect.isfunction(app)
