/**
 * A program for `python -c`, run inside a container: how long the app itself takes, from exec to the first 200, in milliseconds.
 * Arguments: a port, then commands separated by `--then--`; all but the last are run to their ends, as part of the time.
 */
export const bootTimer = `
import http.client, os, signal, subprocess, sys, time

port, words = int(sys.argv[1]), sys.argv[2:]
commands = [[]]
for word in words:
    commands.append([]) if word == "--then--" else commands[-1].append(word)
os.environ["PORT"] = str(port)
began = time.monotonic()
for command in commands[:-1]:
    subprocess.run(command, check=True, stdout=sys.stderr)
app = subprocess.Popen(commands[-1], stdout=sys.stderr, start_new_session=True)
while True:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/")
        if connection.getresponse().status == 200:
            break
    except OSError:
        pass
    if app.poll() is not None:
        sys.exit("the app ended before it answered")
    time.sleep(0.005)
print((time.monotonic() - began) * 1000)
os.killpg(app.pid, signal.SIGKILL)
`

/** Its argv after the interpreter. */
export function bootArguments(port: number, [first = [], ...rest]: readonly (readonly string[])[]): string[] {
  return ['-c', bootTimer, String(port), ...first, ...rest.flatMap(command => ['--then--'].concat(command))]
}
