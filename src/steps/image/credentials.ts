/**
 * Addresses without the user and password that settings put into them. A lock is committed and an error is pasted into an issue:
 * neither may hold them.
 */
export function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  if (url.username === '' && url.password === '') return address
  url.username = ''
  url.password = ''
  return url.href
}

/** The same address with the credentials that one of `known` has for it; itself when none has. */
export function restoreCredentials(address: string, known: readonly string[]): string {
  const plain = (text: string): string => withoutCredentials(text).replace(/\/+$/, '')
  return known.find(each => plain(each) === plain(address)) ?? address
}

/** Text of a program, whose addresses lose what stands before their host. */
export function hideCredentials(text: string): string {
  return text.replace(/:\/\/[^/\s]{1,500}@/g, '://***@')
}
