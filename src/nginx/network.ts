import { isIPv4, isIPv6 } from 'node:net'
import { invalidEdge } from './errors.ts'

/** An address to listen on, `*` for all of IPv4. IPv6 is kept without its brackets. */
export type Address = string & { readonly [address]: 'Address' }
export type Port = number & { readonly [port]: 'Port' }
/** A network whose members may say who the client is: `10.0.0.0/8`. */
export type Cidr = string & { readonly [cidr]: 'Cidr' }
declare const address: unique symbol
declare const port: unique symbol
declare const cidr: unique symbol

/** Error: `invalid-edge`. No names (they would be resolved once, at start) and no zone index. */
export function parseAddress(input: string): Address {
  const bare = input.startsWith('[') && input.endsWith(']') ? input.slice(1, -1) : input
  if (bare !== '*' && !isIPv4(bare) && !(isIPv6(bare) && !bare.includes('%'))) {
    throw invalidEdge({
      what: `${JSON.stringify(input.slice(0, 100))} is not an address.`,
      next: 'Write an IPv4 or IPv6 address, or *.',
    })
  }
  return bare.toLowerCase() as Address
}

/** Error: `invalid-edge`. */
export function parsePort(input: number | string): Port {
  const value = typeof input === 'number' ? input : /^[1-9]\d{0,4}$/.test(input) ? Number(input) : Number.NaN
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw invalidEdge({ what: `${JSON.stringify(input)} is not a port.`, next: 'Write a number from 1 to 65535.' })
  }
  return value as Port
}

/** Error: `invalid-edge`, also for bits set outside the network: nginx would drop them with a warning. */
export function parseCidr(input: string): Cidr {
  const [, host = '', length] = /^([0-9a-f.:]{2,45})(?:\/(\d{1,3}))?$/i.exec(input) ?? []
  const bits = isIPv4(host) ? ipv4Bits(host) : isIPv6(host) ? ipv6Bits(host) : ''
  const prefix = length === undefined ? bits.length : Number(length)
  if (bits === '' || prefix > bits.length || bits.slice(prefix).includes('1')) {
    throw invalidEdge({
      what: `${JSON.stringify(input.slice(0, 100))} is not a network.`,
      next: 'Write an address, or the first address of a network and its length: 10.0.0.0/8.',
    })
  }
  return `${host.toLowerCase()}/${prefix}` as Cidr
}

export function isV6(value: Address | Cidr): boolean {
  return value.includes(':')
}

function ipv4Bits(host: string): string {
  return host
    .split('.')
    .map(part => Number(part).toString(2).padStart(8, '0'))
    .join('')
}

/** Through the URL parser, which writes the dotted tail as hexadecimal and compresses in one way only. */
function ipv6Bits(host: string): string {
  const [head = '', tail] = new URL(`http://[${host}]/`).hostname.slice(1, -1).split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map(part => Number.parseInt(part, 16).toString(2).padStart(16, '0')).join('')
}
