import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exec, start } from '../../src/kit/exec.ts'
import { apt } from './apt.ts'
import { freePort } from './nginx-edge.ts'

/** Debian's own sshd on a port and with keys of a test's own; what is started over it sees `env`. Needs root. */
export interface Sshd {
  /** `ssh://root@127.0.0.1:PORT`. */
  readonly address: string
  /** A directory for the front of PATH: its ssh knows the key, and nothing of this user's own settings. */
  readonly bin: string
  stop(): Promise<void>
}

export async function startSshd(env: Readonly<Record<string, string>>): Promise<Sshd> {
  await apt('openssh-server', 'openssh-client')
  const folder = mkdtempSync(join(tmpdir(), 'wherry-sshd-'))
  const port = await freePort()
  for (const name of ['user', 'host'])
    await exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  copyFileSync(join(folder, 'user.pub'), join(folder, 'authorized'))
  chmodSync(join(folder, 'authorized'), 0o600)
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
  const daemon = start(['/usr/sbin/sshd', '-D', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
  await sleep(500)
  return {
    address: `ssh://root@127.0.0.1:${port}`,
    bin: join(folder, 'bin'),
    async stop() {
      if (daemon.exitCode === null) {
        const ended = once(daemon, 'exit')
        daemon.kill('SIGTERM')
        await ended
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}
