import { domainToASCII, domainToUnicode } from 'node:url'
import { isIP } from 'node:net'
import { invalidHostname } from './errors.ts'

/** A name the edge answers to, in lower case: `example.com`, or `*.example.com` for every name below it. */
export type Hostname = string & { readonly [brand]: 'Hostname' }
declare const brand: unique symbol

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** RFC 1123 §2.1 with RFC 5891's punycode labels. Error: `invalid-hostname`. */
export function parseHostname(input: string): Hostname {
  const name = input.toLowerCase()
  const domain = name.startsWith('*.') ? name.slice(2) : name
  const labels = domain.split('.')
  const fault = faultOf(domain, labels, name !== domain)
  if (fault) {
    throw invalidHostname({
      what: `${JSON.stringify(input.slice(0, 300))} is not a host name: ${fault}.`,
      next: advice(domain),
    })
  }
  return name as Hostname
}

function faultOf(domain: string, labels: readonly string[], wildcard: boolean): string | null {
  if (domain === '') return 'it is empty'
  if (domain.length > 253) return 'it is longer than 253 characters'
  if (isIP(domain) !== 0) return 'it is an address'
  if (/[^\u0000-\u007F]/.test(domain)) return 'it holds characters outside ASCII'
  if (domain.endsWith('.')) return 'it ends with a dot'
  const bad = labels.find(l => !label.test(l))
  if (bad !== undefined) return `${JSON.stringify(bad)} is not a label (letters, digits and inner hyphens, at most 63)`
  // WHATWG URL §3.5: a name whose last label is a number is parsed as an IPv4 address (127.1, 0x7f.1).
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return 'a client would read it as an address'
  if (wildcard && labels.length < 2) return 'a wildcard needs a domain of two labels or more'
  if (labels.some(l => l.startsWith('xn--') && domainToUnicode(l) === l)) return 'a punycode label in it is not valid'
  return null
}

function advice(domain: string): string {
  const ascii = /[^\u0000-\u007F]/.test(domain) ? domainToASCII(domain) : ''
  if (ascii !== '' && label.test(ascii.split('.')[0] ?? ''))
    return `If this is the name you mean, write it as ${ascii}.`
  if (isIP(domain) !== 0) return 'Leave the domains out: the edge then answers to every name and address.'
  return 'Write a name such as example.com or *.example.com.'
}
