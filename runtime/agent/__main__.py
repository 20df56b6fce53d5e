"""The hands of Wherry on a host, and the holder that parents what runs there.

Python standard library only, 3.9 or newer. `agent COMMAND` reads one JSON object from stdin and answers one on stdout, `agent serve`
as many as are asked; `agent logs` answers lines of JSON; `agent receive` takes layers; `agent hold HOME` stays and parents processes;
`agent renew HOME` looks after its certificate;
`agent run BASE64` becomes a command of the app, so its request, which holds no secret, comes as base64 of JSON; `agent attach TICKET`
does the same by a request that was left before. What must be atomic on the host happens here: the lock with its epochs, the journal, the
switch, the drain check.
"""

import base64
import json
import sys


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "hold":
        import holder

        return holder.hold(arguments[1])
    if len(arguments) == 2 and arguments[0] == "renew":
        import certificate

        return certificate.renew(arguments[1])
    import session

    if arguments == ["serve"]:
        return session.serve()
    if len(arguments) == 2 and arguments[0] == "run":
        import once

        return once.run(json.loads(base64.b64decode(arguments[1])))
    if len(arguments) == 2 and arguments[0] == "attach":
        import attach

        return attach.attach(arguments[1])
    if arguments == ["logs"]:
        import follow

        return follow.logs(json.loads(sys.stdin.buffer.readline()))
    if arguments == ["receive"]:
        import layers

        return layers.receive()
    if len(arguments) != 1 or arguments[0] not in session.commands.ALL:
        print("usage: agent hold HOME | renew HOME | run BASE64 | attach TICKET | serve | logs | receive | " + " | ".join(sorted(session.commands.ALL)), file=sys.stderr)
        return 2
    json.dump(session.answer(arguments[0], json.load(sys.stdin)), sys.stdout)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C reaches every process of the terminal: whoever asked us says what it means.
