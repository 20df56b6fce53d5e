/**
 * The text of a file that a repository may do without: null, too, for what is no text to be had (a FIFO, a link that leads out, something
 * too large), so that a stray file does not stand against the whole repository. Files that decide are read by `Checkout.text` itself.
 */
export function optionalText(
  files: { text(path: string, limit?: number): string | null },
  path: string,
  limit?: number,
): string | null {
  try {
    return files.text(path, limit)
  } catch {
    return null
  }
}
