"""Installs the packages of a front-end and runs its build, where there is no network.

    python -I -B front_end.py REGISTRY < {"port": N, "steps": [{"name", "argv", "cwd", "env"}, ...]}

REGISTRY/index.json names the archives that lie beside it, as {NAME: {VERSION: {"file", "integrity"}}}. They are served on the sandbox's own
loopback as an npm registry serves them, so that each package manager installs as it always does. The steps run one after the other;
the first that fails ends it: 3 for the first step, 4 for the second and so on. Standard library only, 3.9 or newer.
"""

import http.server
import json
import os
import subprocess
import sys
import tarfile
import threading
import urllib.parse


def main(directory):
    asked = json.load(sys.stdin)
    with open(os.path.join(directory, "index.json"), encoding="utf-8") as stream:
        registry = Registry(directory, json.load(stream), asked["port"])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", asked["port"]), handler(registry))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number, step in enumerate(asked["steps"]):
        print("$ " + " ".join(step["argv"]), flush=True)
        ended = subprocess.run(
            step["argv"], cwd=step["cwd"], env={**os.environ, **step["env"]}, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        if ended.returncode != 0:
            return 3 + number
    return 0


class Registry:
    def __init__(self, directory, index, port):
        self.directory, self.index, self.port = directory, index, port

    def answer(self, path):
        """(type, bytes) of a package's versions or of an archive; None for what was not fetched."""
        name, _, archive = urllib.parse.unquote(path.split("?")[0]).lstrip("/").partition("/-/")
        versions = self.index.get(name)
        if versions is None:
            return None
        if not archive:
            return "application/json", json.dumps(self.versions(name, versions)).encode()
        for version, entry in versions.items():
            if archive == archive_name(name, version):
                with open(os.path.join(self.directory, entry["file"]), "rb") as stream:
                    return "application/octet-stream", stream.read()
        return None

    def versions(self, name, versions):
        offered = {}
        for version, entry in versions.items():
            manifest = read_manifest(os.path.join(self.directory, entry["file"]))
            address = "http://127.0.0.1:%d/%s/-/%s" % (self.port, name, archive_name(name, version))
            dist = {"tarball": address, **({"integrity": entry["integrity"]} if entry["integrity"] else {})}
            offered[version] = {**manifest, "name": name, "version": version, "dist": dist}
        return {"name": name, "versions": offered, "dist-tags": {"latest": list(offered)[-1]}}


def archive_name(name, version):
    return "%s-%s.tgz" % (name.split("/")[-1], version.split("+")[0])


def read_manifest(file):
    """package.json of an archive, without the scripts that only serve whoever publishes it."""
    with tarfile.open(file) as archive:
        for member in archive:
            parts = member.name.split("/")
            if member.isfile() and len(parts) == 2 and parts[1] == "package.json":
                manifest = json.loads(archive.extractfile(member).read().decode("utf-8", "replace").lstrip("\ufeff"))
                scripts = manifest.get("scripts") if isinstance(manifest.get("scripts"), dict) else {}
                manifest["hasInstallScript"] = any(key in scripts for key in ("preinstall", "install", "postinstall"))
                return manifest
    return {}


def handler(registry):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            found = registry.answer(self.path)
            kind, body = found or ("application/json", b'{"error": "not among the packages of the lock"}')
            self.send_response(200 if found else 404)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
