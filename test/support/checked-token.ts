import { crc32 } from 'node:zlib'

/** A token of the form GitHub and npm give out, checksum included, made here: one that lies in a repository would be reported. */
export function makeCheckedToken(prefix: string): string {
  const body = 'q7zLw2XcVb9NmKj4HgFd6SaPo3IuYt'
  const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let [rest, digits] = [crc32(body), '']
  for (let i = 0; i < 6; i += 1) [digits, rest] = [`${base62[rest % 62]}${digits}`, Math.floor(rest / 62)]
  return `${prefix}${body}${digits}`
}
