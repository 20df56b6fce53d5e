"""
Which interface an app object has, by how it can be called: WSGI takes (environ, start_response) (PEP 3333); ASGI is a coroutine of
(scope, receive, send), or in its second version a call with (scope) that gives one of (receive, send). A server that is handed the
other kind starts well and answers every request with an error.
"""

import inspect

NAMES = {"wsgi": "WSGI", "asgi": "ASGI"}
ARTICLES = {"wsgi": "a WSGI app", "asgi": "an ASGI app"}


class WrongInterface(Exception):
    pass


def check_interface(app, expected, name):
    """Raises WrongInterface where `app` certainly cannot be served as `expected`; what shows no signature passes."""
    if not callable(app):
        raise WrongInterface(f"{name} is {described(app)}, which cannot be called: it is no {NAMES[expected]} app")
    found = interfaces_of(app)
    if found is None or expected in found:
        return
    if found:
        raise WrongInterface(f"{name} is {described(app)}, {ARTICLES[found[0]]}, not {NAMES[expected]}")
    raise WrongInterface(f"{name} is {described(app)}, whose call is neither WSGI nor ASGI: {signature_of(app)}")


def interfaces_of(app):
    """Those that the call allows, likeliest first; None when that cannot be seen."""
    signature = signature_of(app)
    if signature is None:
        return None
    if is_coroutine(app):
        return ["asgi"] if accepts(signature, 3) else []
    by_count = ((2, "wsgi"), (3, "asgi"), (1, "asgi"))
    return list(dict.fromkeys(name for count, name in by_count if accepts(signature, count)))


def signature_of(app):
    try:
        return inspect.signature(app)
    except (TypeError, ValueError):
        return None  # Written in C, mostly.


def is_coroutine(app):
    if inspect.isclass(app):
        return False  # Calling a class makes an object, whatever calling the object does.
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))


def accepts(signature, count):
    try:
        signature.bind(*[None] * count)
    except TypeError:
        return False
    return True


def described(value):
    kind = value if inspect.isclass(value) else type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    return f"the class {name}" if inspect.isclass(value) else f"an object of {name}"
