import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec, start } from '../../src/kit/exec.ts'
import { apt } from './apt.ts'
import { freePort, until } from './nginx-edge.ts'

/** Debian's own sshd on a port and with keys of a test's own; what is started over it sees `env`. Needs root. */
export interface Sshd {
  /** `ssh://root@127.0.0.1:PORT`. */
  readonly address: string
  readonly port: number
  /** A directory for the front of PATH: its ssh knows the key, and nothing of this user's own settings. */
  readonly bin: string
  /** Of its host key, as ssh-keygen says it. */
  fingerprint(): Promise<string>
  /** Shows another host key from now on, as a machine does that was made anew. */
  changeKey(): Promise<void>
  stop(): Promise<void>
}

export async function startSshd(env: Readonly<Record<string, string>>): Promise<Sshd> {
  await apt('openssh-server', 'openssh-client')
  const folder = mkdtempSync(join(tmpdir(), 'wherry-sshd-'))
  const port = await freePort()
  for (const name of ['user', 'host'])
    await exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  copyFileSync(join(folder, 'user.pub'), join(folder, 'authorized'))
  // Read as the user who logs in.
  chmodSync(folder, 0o711)
  chmodSync(join(folder, 'authorized'), 0o644)
  const server = [
    `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${folder}/host\nAuthorizedKeysFile ${folder}/authorized`,
    `StrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nPidFile ${folder}/pid`,
    `SetEnv ${Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}\n`,
  ]
  writeFileSync(join(folder, 'sshd_config'), server.join('\n'))
  const client = `Host *\n IdentityFile ${folder}/user\n IdentitiesOnly yes\n StrictHostKeyChecking no\n UserKnownHostsFile ${folder}/known\n`
  writeFileSync(join(folder, 'ssh_config'), client)
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${folder}/ssh_config "$@"\n`, { mode: 0o755 })
  mkdirSync('/run/sshd', { recursive: true })
  let daemon = await run(folder, port)
  return {
    address: `ssh://root@127.0.0.1:${port}`,
    port,
    bin: join(folder, 'bin'),
    async fingerprint() {
      const { stdout } = await exec(['ssh-keygen', '-lf', join(folder, 'host.pub')])
      return stdout.split(' ')[1] ?? ''
    },
    async changeKey() {
      await end(daemon)
      await rm(join(folder, 'host'))
      await exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host')], { input: 'y\n' })
      daemon = await run(folder, port)
    },
    async stop() {
      await end(daemon)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Daemon = ReturnType<typeof start>

/** Resolves once it answers. */
async function run(folder: string, port: number): Promise<Daemon> {
  const daemon = start(['/usr/sbin/sshd', '-D', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
  await until(async () => (await exec(['ssh-keyscan', '-p', String(port), '127.0.0.1'])).stdout !== '')
  return daemon
}

async function end(daemon: Daemon): Promise<void> {
  if (daemon.exitCode !== null) return
  const ended = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  await ended
}
