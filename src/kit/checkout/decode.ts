/** Text as editors save it: UTF-8 with or without a mark, UTF-16 with a mark (PowerShell's `>`), else Latin-1. Newlines become `\n`. */
export function decode(bytes: Uint8Array): string {
  return decodeBytes(bytes).replace(/\r\n?/g, '\n')
}

function decodeBytes(bytes: Uint8Array): string {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}
