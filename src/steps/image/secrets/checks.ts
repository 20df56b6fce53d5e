import { crc32 } from 'node:zlib'

/** Checks that issuers built into their tokens, so that a scanner need not guess. */

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * GitHub's and npm's tokens: after the prefix thirty random characters, then their CRC-32 as six digits of base 62
 * (github.blog, "Behind GitHub's new authentication token formats"; npm's announcement of the same format).
 */
export function hasBase62Crc(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1)
  let rest = crc32(body.slice(0, -6))
  let digits = ''
  for (let i = 0; i < 6; i += 1) {
    digits = `${base62[rest % 62]}${digits}`
    rest = Math.floor(rest / 62)
  }
  return body.slice(-6) === digits
}

/** A macaroon of PyPI: version 2, its location the index itself. */
export function isPypiMacaroon(token: string): boolean {
  const bytes = Buffer.from(token.slice('pypi-'.length), 'base64url')
  return bytes[0] === 2 && bytes.length >= 80
}

/** The payload of a JSON Web Token; null when there is none. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** Discord's bot tokens begin with the bot's number, in base64. */
export function startsWithSnowflake(token: string): boolean {
  return /^\d{17,20}$/.test(Buffer.from(token.split('.')[0] ?? '', 'base64').toString('latin1'))
}
