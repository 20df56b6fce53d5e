import type { WherryError } from '../../kit/error.ts'
import { diskFull } from '../../kit/errors.ts'
import { duration } from '../../kit/text.ts'
import {
  addressNotHere,
  agentFailed,
  certificateNotIssued,
  corruptJournal,
  fenced,
  holderFailed,
  hostError,
  locked,
  newerState,
  pathTooLong,
  portForbidden,
  portInUse,
} from './errors.ts'

import { servicePortInUse } from './service-errors.ts'
import { damagedLayer, otherRepository } from './ssh/errors.ts'

/** What the agent answers instead of carrying a request out. */
export interface Refused {
  readonly refused: string
  readonly [fact: string]: unknown
}

export function isRefused(said: unknown): said is Refused {
  return typeof said === 'object' && said !== null && 'refused' in said && typeof said.refused === 'string'
}

/** A refusal in words: what it means, why, and what to do. */
export function explainRefusal(refusal: Refused): WherryError {
  const words = known[refusal.refused]
  if (words) return words(refusal)
  return agentFailed({
    what: `The agent refused a request: ${refusal.refused}.`,
    why: JSON.stringify(refusal),
    next: 'Please report it.',
  })
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const known: Readonly<Record<string, (facts: Refused) => WherryError>> = {
  locked: ({ owner, seconds }) =>
    locked({
      what: `${text(owner) || 'Another command'} is changing this app.`,
      why: `Its lock lasts another ${duration(Number(seconds) * 1000)} unless it is renewed.`,
      next: 'Wait until it is done, or take over with `wherry recover`.',
    }),
  fenced: ({ owner }) =>
    fenced({
      what: 'Another command has taken over; this one stopped.',
      ...(owner ? { why: `${text(owner)} holds the lock now.` } : {}),
      next: 'See what serves with `wherry status`.',
    }),
  'certificate-not-issued': ({ name, detail }) =>
    certificateNotIssued({
      what: `There is no certificate yet${name ? ` for ${text(name)}` : ''}: ${text(detail)}`,
      next: 'Let the names lead to this server, port 80 included, and ship again.',
    }),
  'no-openssl': () =>
    certificateNotIssued({
      what: 'The server has no openssl, which makes the keys.',
      next: 'Install openssl there and ship again.',
    }),
  'corrupt-journal': ({ line }) =>
    corruptJournal({
      what: 'The journal of this app is damaged.',
      why: `Line ${text(line)} does not fit to the one before.`,
      next: 'Run `wherry recover`: it goes on from what can be seen on the host.',
    }),
  'newer-state': () =>
    newerState({ what: 'A newer Wherry was here.', next: 'Use that version, or remove the app with it first.' }),
  'path-too-long': ({ path, over }) =>
    pathTooLong({
      what: `The path ${text(path)} is too long by ${text(over)} bytes.`,
      why: 'The app’s socket lies below it, and a socket’s path holds 107 bytes.',
      next: 'Set WHERRY_STATE to a shorter directory, such as /var/lib/wherry.',
    }),
  'disk-full': ({ path }) =>
    diskFull({
      what: 'The disk of the host is full.',
      ...(path ? { why: `${text(path)} could not be written.` } : {}),
      next: 'Free some space and run the command again.',
    }),
  'port-in-use': ({ port, address, holder }) => {
    const who = holder as { pid: number; name: string } | null
    return portInUse({
      what: `Port ${text(port)} on ${text(address)} is in use.`,
      why: who ? `${who.name} (process ${who.pid}) listens on it.` : 'Another user’s program listens on it.',
      next: 'Stop that program, or choose another port: `wherry up --port N`, `listen` of a target.',
    })
  },
  'service-port-in-use': ({ kind, address, port, holder, names }) => {
    const who = holder as { pid: number; name: string } | null
    const variables = Array.isArray(names) ? names.map(text) : []
    const own =
      variables.length > 0
        ? `let the app use it: \`--env ${variables[0]}=…\``
        : 'let the app read the address from a variable, and give another one'
    return servicePortInUse({
      what: `${text(kind)} cannot listen on ${text(address)}:${text(port)}, where the app looks for it.`,
      why: who ? `${who.name} (process ${who.pid}) listens on it.` : 'Another user’s program listens on it.',
      next: `Stop that program, or ${own}.`,
    })
  },
  'port-forbidden': ({ port }) =>
    portForbidden({
      what: `This user may not listen on port ${text(port)}.`,
      why: 'Ports below 1024 belong to root.',
      next: 'Choose another port with `--port` or the target’s `listen`, or run Wherry as root.',
    }),
  'address-not-here': ({ address }) =>
    addressNotHere({ what: `${text(address)} is no address of this host.`, next: 'Listen on 127.0.0.1 or 0.0.0.0.' }),
  'damaged-layer': ({ detail }) =>
    damagedLayer({ what: 'The server refused a layer.', why: text(detail), next: 'Run the command again.' }),
  'other-repository': ({ app, target, marks }) =>
    otherRepository({
      what: `Another repository has released ${text(app)} to ${text(target)} there.`,
      why: `It is known as ${Array.isArray(marks) ? marks.map(text).join(', ') : 'another one'}.`,
      next: 'Set another `name` in wherry.toml, or say with `--adopt` that it is the same app.',
    }),
  'host-error': ({ path, detail }) =>
    hostError({
      what: `The host refused a change${path ? ` at ${text(path)}` : ''}.`,
      why: text(detail),
      next: 'Mend what it names and run the command again.',
    }),
  'holder-does-not-start': ({ log }) =>
    holderFailed({ what: 'The holder does not start.', next: `Read ${text(log)} and try again.` }),
  'holder-refused': () =>
    holderFailed({
      what: 'The holder gave no answer.',
      why: 'It may be of another version of Wherry.',
      next: 'Stop the app with `wherry down` and start it again.',
    }),
}
