import type { WherryError } from '../../../kit/error.ts'
import { noPython } from '../errors.ts'
import { connectionLost, hostKeyChanged, hostKeyUnknown, hostUnreachable, sshDenied } from './errors.ts'

export interface Ending {
  /** What ssh, or the server's shell, wrote to stderr. */
  readonly said: string
  readonly code: number | null
}

/** Why no agent answered, from what ssh (OpenSSH's own words, which it never translates) and the server said. */
export function explainSilence(destination: string, { said, code }: Ending): WherryError {
  const lines = said
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const line = (pattern: RegExp): string | undefined => lines.findLast(text => pattern.test(text))
  const evidence = lines.slice(-8).map(text => ({ text }))
  if (/IDENTIFICATION HAS CHANGED|[Hh]ost key for .* has changed/.test(said)) {
    const kept = line(/^(?:Offending|Add correct host key)/)
    return hostKeyChanged({
      what: `${destination} shows another host key than the one that is known.`,
      why: kept ?? 'Somebody else may be answering at its address.',
      next: 'Ask whoever runs it. When it was made anew, remove the old key from that file and ship again.',
      evidence,
    })
  }
  if (/Host key verification failed|host key is known for/.test(said))
    return hostKeyUnknown({ what: `The host key of ${destination} is not known.`, next: 'Accept it first.' })
  if (/Permission denied|Too many authentication failures/.test(said))
    return sshDenied({
      what: `${destination} does not let us in.`,
      why: line(/Permission denied|Too many authentication/) ?? 'No key fits.',
      next: `ssh-copy-id ${destination}, or name the file of the key with \`identity\`.`,
    })
  const unreached = line(
    /Could not resolve|connect to host|Connection (?:closed|reset|timed out|refused)|kex_exchange|banner/i,
  )
  if (unreached !== undefined)
    return hostUnreachable({
      what: `${destination} cannot be reached.`,
      why: unreached,
      next: 'Check the address, the port and the firewall, then run the command again.',
    })
  if (code === 127 || /python3[^\n]*not found|unknown command[^\n]*python3/i.test(said))
    return noPython({
      what: `${destination} has no python3.`,
      why: line(/python3/) ?? 'Its shell found none.',
      next: 'Install Python 3.9 or newer there: apt install python3',
    })
  return hostUnreachable({
    what: `${destination} gave no answer that Wherry knows.`,
    why: lines.at(-1) ?? `ssh ended with ${code ?? 'a signal'}.`,
    next: 'See what `ssh -v` to it says. Its shell must be able to run a command.',
    evidence,
  })
}

/** A connection that was there and is gone. */
export function explainLoss(destination: string, command: string, { said, code }: Ending): WherryError {
  const last = said.trim().split('\n').at(-1)
  return connectionLost({
    what: `The connection to ${destination} broke at \`${command}\`.`,
    why: last || `ssh ended with ${code ?? 'a signal'}.`,
    next: 'Run the command again: it repairs what was left half done.',
  })
}
