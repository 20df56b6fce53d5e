import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exec } from '../src/kit/exec.ts'

const agent = join(import.meta.dirname, '..', 'runtime', 'agent')

/** Connects without anybody accepting, then accepts, then closes; says after each what the agent counts. */
const program = `
import socket, sys
sys.path.insert(0, sys.argv[1])
from home import Home
from sockets import connections
home = Home(sys.argv[2])
server = socket.socket(socket.AF_UNIX)
server.bind(home.socket(1))
server.listen(8)
counts = [connections(home, 1)]
client = socket.socket(socket.AF_UNIX)
client.connect(home.socket(1))
counts.append(connections(home, 1))
accepted, _ = server.accept()
counts.append(connections(home, 1))
client.close(); accepted.close()
counts.append(connections(home, 1))
print(counts)
`

test('a connection that waits to be accepted holds a request, and counts', async () => {
  const home = mkdtempSync(join(tmpdir(), 'wherry-agent-'))
  try {
    mkdirSync(join(home, 'public', '1', 'run'), { recursive: true })
    const { stdout, stderr } = await exec(['python3', '-I', '-S', '-c', program, agent, home])
    expect(stdout.trim(), stderr).toBe('[0, 1, 1, 0]')
  } finally {
    rmSync(home, { recursive: true })
  }
})
