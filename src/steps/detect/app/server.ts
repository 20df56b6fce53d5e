import type { Interface, ServerFact } from '../../../model/project.ts'
import type { Reason } from '../../../model/because.ts'
import type { AppPackages } from './search.ts'
import type { WrittenCommand } from './commands.ts'

/** Servers Wherry can start for each interface, the one it prefers first. */
const known: Readonly<Record<Exclude<Interface, 'own'>, readonly string[]>> = {
  wsgi: ['gunicorn', 'waitress', 'granian', 'hypercorn'],
  asgi: ['uvicorn', 'hypercorn', 'granian', 'daphne'],
}

/**
 * Served by only where a command says so: Channels' `runserver` is why most projects have it, and at SIGTERM it ends requests in flight
 * instead of waiting for them, so that a release would drop them.
 */
const onlyWhenNamed: ReadonlySet<string> = new Set(['daphne'])

/** Distributions that bring a server with them. */
const bringing: Readonly<Record<string, readonly string[]>> = {
  uvicorn: ['uvicorn', 'uvicorn-worker', 'fastapi-cli'],
  gunicorn: ['gunicorn'],
}

/** The server: one a command names and the packages bring, else one the packages bring (not Daphne), else the usual one, added by Wherry. */
export function chooseServer(
  kind: Interface,
  packages: AppPackages,
  commands: readonly WrittenCommand[],
  because: readonly Reason[],
): ServerFact {
  if (kind === 'own') return { name: 'own', declared: true, because }
  const wanted = commands.filter(one => one.firm).map(one => ({ name: serverOf(one, kind), one }))
  for (const { name, one } of wanted) {
    if (name === null || !known[kind].includes(name)) continue
    const brought = brings(packages, name)
    return {
      name,
      declared: brought !== null,
      because: [{ file: one.file, line: one.line, text: one.text }, ...(brought ? [brought] : [])],
    }
  }
  for (const name of known[kind].filter(each => !onlyWhenNamed.has(each))) {
    const brought = brings(packages, name)
    if (brought) return { name, declared: true, because: [brought] }
  }
  return { name: kind === 'wsgi' ? 'gunicorn' : 'uvicorn', declared: false, because: [] }
}

function brings(packages: AppPackages, server: string): Reason | null {
  for (const name of bringing[server] ?? [server]) {
    const reason = packages.requires(name)
    if (reason) return reason
  }
  return null
}

/** Gunicorn with an ASGI worker is that worker's server. */
function serverOf({ command }: WrittenCommand, kind: Interface): string | null {
  const name = command.program === 'waitress-serve' ? 'waitress' : command.program
  if (name === 'gunicorn' && kind === 'asgi') return /uvicorn|asgi/i.test(command.worker ?? '') ? 'uvicorn' : null
  return name
}
