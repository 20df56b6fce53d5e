import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WherryError } from '../../../kit/error.ts'
import { exec } from '../../../kit/exec.ts'
import { ownKnownHosts, type Resolved } from './client.ts'
import { hostKeyUnknown } from './errors.ts'

/** A key that a server shows: a line for a file of known hosts, and its fingerprint. */
interface Shown {
  readonly line: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
  /** `ED25519`. */
  readonly kind: string
}

/** The error for a key that is not known, with what the server shows and how to accept it. */
export async function unknownKey(server: Resolved, target: string): Promise<WherryError> {
  const shown = await shownKeys(server)
  const [first] = shown
  if (!first)
    return hostKeyUnknown({
      what: `The host key of ${server.destination} is not known.`,
      why: server.isBehind
        ? 'It is reached over another machine, so that only ssh itself can ask it.'
        : 'It shows none to ssh-keyscan.',
      next: `Accept it once with \`ssh ${server.destination}\`, after comparing its fingerprint.`,
    })
  return hostKeyUnknown({
    what: `The host key of ${server.destination} is not known.`,
    why: `It shows ${first.fingerprint} (${first.kind}).`,
    next: `If that is the server’s own: wherry ship --to ${target} --accept-host-key ${first.fingerprint}`,
    evidence: shown.map(({ kind, fingerprint }) => ({ text: `${kind.padEnd(8)} ${fingerprint}` })),
  })
}

/** Keeps the key of that fingerprint from now on. Throws `host-key-unknown` when the server shows no such key. */
export async function pinKey(server: Resolved, fingerprint: string, target: string): Promise<void> {
  const found = (await shownKeys(server)).find(shown => shown.fingerprint === fingerprint)
  if (!found) throw await unknownKey(server, target)
  const file = ownKnownHosts()
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const [, ...key] = found.line.split(' ')
  const line = `${nameOf(server)} ${key.join(' ')}`
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (!kept.split('\n').includes(line)) await appendFile(file, `${line}\n`, { mode: 0o600 })
}

/** As ssh looks it up: the port is a part of it unless it is the usual one (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
function nameOf({ alias, hostName, sshPort }: Resolved): string {
  if (alias !== null) return alias
  return sshPort === 22 ? hostName : `[${hostName}]:${sshPort}`
}

/** The best kinds first. */
const kinds = ['ed25519', 'ecdsa', 'rsa']

async function shownKeys({ hostName, sshPort, isBehind }: Resolved): Promise<readonly Shown[]> {
  if (isBehind) return []
  const scan = ['ssh-keyscan', '-T', '10', '-p', String(sshPort), '-t', kinds.join(','), '--', hostName] as const
  const { stdout } = await exec(scan, { timeout: 40_000 })
  const lines = stdout.split('\n').filter(line => /^\S+ (?:ssh|ecdsa)-\S+ \S+$/.test(line))
  const shown = await Promise.all(lines.slice(0, 8).map(describe))
  const place = ({ kind }: Shown): number => kinds.indexOf(kind.toLowerCase())
  return shown.filter(found => found !== null).toSorted((a, b) => place(a) - place(b))
}

async function describe(line: string): Promise<Shown | null> {
  const { stdout } = await exec(['ssh-keygen', '-l', '-f', '-'], { input: `${line}\n`, timeout: 10_000 })
  const [, fingerprint, kind] = /^\d+ (SHA256:\S+) .*\((\S+)\)$/m.exec(stdout) ?? []
  return fingerprint === undefined || kind === undefined ? null : { line, fingerprint, kind }
}
