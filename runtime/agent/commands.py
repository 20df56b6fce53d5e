"""What the agent does when asked: by name, the function that takes the request and gives the answer. Loaded when asked for: a
question is asked many times, and its answer is waited for."""

import importlib

WHERE = {
    "look": ("observe", "has_secrets", "probe", "fetch", "lines", "gone", "connections", "ports", "report"),
    "identity": ("homes", "claim"),
    "support": ("sandbox",),
    "layers": ("layers_missing",),
    "attach": ("ticket",),
    "leases": ("acquire", "renew", "release"),
    "releases": ("stage", "start", "switch", "switch_back", "want", "stop", "discard", "prune", "backup", "leave", "secrets", "give_secrets"),
    "services": tuple(f"services_{name}" for name in ("claim", "stage", "job", "keep", "start", "stop", "ready")),
    "certificate": ("certify",),
    "edge": ("listen", "unlisten", "edge_stage", "edge_commit", "edge_revert", "edge_stop"),
}


def command(module, name):
    function = name[len(module) + 1 :] if name.startswith(f"{module}_") else name

    def run(request):
        return getattr(importlib.import_module(module), function)(request)

    return run


ALL = {name.replace("_", "-"): command(module, name) for module, names in WHERE.items() for name in names}
