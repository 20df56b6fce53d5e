import { join } from 'node:path'
import { exec } from '../../../kit/exec.ts'
import { invalidConfig } from '../../../config/errors.ts'
import { configHome } from '../../../kit/user-places.ts'
import { isDestination } from './destination.ts'
import { noSsh } from './errors.ts'

/** A server as the config names it. */
export interface Server {
  /** What `isDestination` takes. */
  readonly destination: string
  readonly port: number | null
  /** A file; null for what ssh finds itself. */
  readonly identity: string | null
}

/** The same with what ~/.ssh/config says of it. */
export interface Resolved extends Server {
  readonly hostName: string
  readonly sshPort: number
  /** The name its key is kept under, where that is not its own. */
  readonly alias: string | null
  /** Reached over another machine or by a program, so that nothing but ssh itself can ask it. */
  readonly isBehind: boolean
  /** Files of known host keys: ours first. */
  readonly knownHosts: readonly string[]
}

/** Our own known host keys, beside the user's other settings of Wherry. */
export function ownKnownHosts(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(configHome(env), 'known_hosts')
}

/** Asks ssh what its settings make of a server. Throws `invalid-config` and `no-ssh-client`. */
export async function resolveServer(server: Server): Promise<Resolved> {
  if (!isDestination(server.destination))
    throw invalidConfig({
      what: `${JSON.stringify(server.destination.slice(0, 100))} is no user@host.`,
      next: 'host = "deploy@203.0.113.5"',
    })
  const said = await exec(['ssh', '-G', ...placeOptions(server), '--', server.destination], { timeout: 20_000 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      throw noSsh({ what: 'There is no ssh on this machine.', next: 'Install the OpenSSH client.' })
    },
  )
  if (said.code !== 0)
    throw invalidConfig({
      what: `ssh does not take ${server.destination}.`,
      why: said.stderr.trim().split('\n').at(-1) ?? 'It gives no reason.',
      next: 'Mend ~/.ssh/config, or the target.',
    })
  const found = new Map(
    said.stdout.split('\n').map(line => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
  )
  const proxy = [found.get('proxyjump'), found.get('proxycommand')]
  return {
    ...server,
    hostName: found.get('hostname') ?? server.destination,
    sshPort: Number(found.get('port') ?? 22),
    alias: found.get('hostkeyalias') ?? null,
    isBehind: proxy.some(value => value !== undefined && value !== 'none'),
    knownHosts: [ownKnownHosts(), ...(found.get('userknownhostsfile') ?? '').split(' ').filter(path => path !== '')],
  }
}

export interface Channel {
  /** A socket in a private directory, by which later channels go over the first one's connection. */
  readonly control: string
  /** This is the one whose connection the others use; it ends with it. */
  readonly isMaster: boolean
  readonly terminal: boolean
}

/** How ssh is started. `command` is ours alone: nothing of a user is ever a part of it. */
export function sshArgv(server: Resolved, channel: Channel, command: string): readonly [string, ...string[]] {
  const settings = [
    ...fixed,
    `UserKnownHostsFile=${server.knownHosts.map(quote).join(' ')}`,
    `ControlPath=${quote(channel.control)}`,
    `ControlMaster=${channel.isMaster ? 'yes' : 'no'}`,
  ]
  return [
    'ssh',
    channel.terminal ? '-t' : '-T',
    ...settings.flatMap(setting => ['-o', setting]),
    ...placeOptions(server),
    '--',
    server.destination,
    command,
  ]
}

/** Nothing is asked of a person, no key is taken unseen, nothing of this machine is lent to the server. */
const fixed = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'UpdateHostKeys=no',
  'ConnectTimeout=15',
  'ServerAliveInterval=5',
  'ServerAliveCountMax=4',
  'ControlPersist=no',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'LogLevel=ERROR',
]

function placeOptions({ port, identity }: Server): string[] {
  return [...(port === null ? [] : ['-p', String(port)]), ...(identity === null ? [] : ['-i', identity])]
}

/** ssh_config(5): arguments with spaces stand in double quotes; `%` begins a token. */
function quote(path: string): string {
  const whole = path.replaceAll('%', '%%')
  return /\s/.test(whole) ? `"${whole}"` : whole
}
