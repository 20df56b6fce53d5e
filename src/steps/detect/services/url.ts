import { argument, dotted, stringOf, type CallValue, type Value } from '../../../python/source/value.ts'
import { type Reader, tellOf, type Told, written } from './told.ts'

/** A connection URL as the source writes it, whole or put together of parts. */
export interface UrlParts {
  readonly scheme: string
  readonly host: Told | null
  readonly port: Told | null
  readonly user: Told | null
  readonly password: Told | null
  readonly database: Told | null
}

type Piece = string | Value

/** Stands for a part that is put in; a private-use character, so that it is in no URL. */
const hole = 0xe000
const most = 64

/** A string, f-string, sum, `%` or `format` as a URL; null for what is none, or is put together in a way that is not understood. */
export function urlOf(value: Value, reader: Reader): UrlParts | null {
  const pieces = piecesOf(value)
  if (pieces === null || pieces.length > most) return builtUrl(value, reader)
  const replaced: Value[] = []
  const text = pieces
    .map(piece => (typeof piece === 'string' ? piece : String.fromCharCode(hole + replaced.push(piece) - 1)))
    .join('')
  return parseUrl(text, code => {
    const found = replaced[code - hole]
    return found ? tellOf(found, reader) : null
  })
}

/** The parts of a URL's text, for what is neither a template nor an expression. */
export function readUrl(text: string): UrlParts | null {
  return parseUrl(text, () => null)
}

function piecesOf(value: Value): Piece[] | null {
  if (value.kind === 'string') return [value.text]
  if (value.kind === 'format') {
    const replaced = value.replaced.values()
    return value.parts.map(part => part ?? replaced.next().value ?? '')
  }
  if (value.kind === 'operation' && value.operator === '+') {
    const sides = [value.left, value.right].map(side => piecesOf(side) ?? [side])
    return sides.flat().some(piece => typeof piece === 'string') ? sides.flat() : null
  }
  if (value.kind === 'operation' && value.operator === '%' && value.left.kind === 'string') {
    const args = value.right.kind === 'sequence' ? value.right.items : [value.right]
    return filled(value.left.text.split(/%[sd]/), args)
  }
  if (value.kind === 'call' && value.callee.kind === 'attribute' && value.callee.name === 'format') {
    const text = stringOf(value.callee.of)
    return text === null ? null : formatted(text, value)
  }
  return null
}

function filled(parts: readonly string[], args: readonly Value[]): Piece[] | null {
  if (parts.length !== args.length + 1) return null
  return parts.flatMap((part, i) => (i < args.length ? [part, args[i]!] : [part]))
}

function formatted(text: string, { args, keywords }: CallValue): Piece[] | null {
  const pieces: Piece[] = []
  let next = 0
  for (const part of text.split(/(\{\w*\})/)) {
    const name = /^\{(\w*)\}$/.exec(part)?.[1]
    if (name === undefined) pieces.push(part)
    else {
      const given = name === '' ? args[next++] : /^\d+$/.test(name) ? args[Number(name)] : keywords.get(name)
      if (given === undefined) return null
      pieces.push(given)
    }
  }
  return pieces
}

const pattern =
  /^([A-Za-z][\w+.-]{1,40}):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:@/?]*)(?::([^/?]*))?(?:\/([^?]*))?(?:\?.*)?$/su

function parseUrl(text: string, ask: (code: number) => Told | null): UrlParts | null {
  if (text.length > 500) return null
  const match = pattern.exec(text)
  if (!match) return null
  const part = (at: number): Told | null => {
    const found = match[at]
    if (found === undefined || found === '') return null
    if (found.length === 1 && found.charCodeAt(0) >= hole && found.charCodeAt(0) < hole + most)
      return ask(found.charCodeAt(0))
    return /[\ue000-\ue03f${}<>]/.test(found) ? null : written(decode(found))
  }
  const [, scheme = ''] = match
  // `postgresql://` alone is a prefix that something is put behind; Redis's is whole.
  if (!/^(?:redis|valkey)/.test(scheme) && !match[4] && !match[6]) return null
  return { scheme, user: part(2), password: part(3), host: part(4), port: part(5), database: part(6) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `URL.create(drivername=…, host=…)` of SQLAlchemy, `PostgresDsn.build(scheme=…)` and `MultiHostUrl.build` of pydantic. */
function builtUrl(value: Value, reader: Reader): UrlParts | null {
  if (value.kind !== 'call') return null
  const callee = dotted(value.callee) ?? ''
  if (!/(?:^|\.)(?:URL(?:\.create)?|\w*(?:Dsn|Url)\.build)$/.test(callee)) return null
  const get = (...names: string[]): Told | null => {
    const given = names.map(name => value.keywords.get(name)).find(found => found !== undefined)
    return given ? tellOf(given, reader) : null
  }
  const scheme = stringOf(argument(value, 0, 'drivername')) ?? stringOf(value.keywords.get('scheme'))
  if (scheme === null) return null
  return {
    scheme,
    user: get('username', 'user'),
    password: get('password'),
    host: get('host'),
    port: get('port'),
    database: get('database', 'path'),
  }
}
