/**
 * Names that hold a hash of the file's contents, as the common tools write them. Strict on purpose: a name missed costs a
 * revalidation, a name wrongly taken (`photo-20240101.jpg`, `icon-1024x768.png`, `site-settings.js`) is stale for a year.
 * No captures at all: nginx's script engine had overflows through unnamed ones (CVE-2026-42945 and others).
 */
export const hashedNames: readonly { readonly by: string; readonly pattern: string }[] = [
  // Lower-case hexadecimal of the lengths in use, with a digit and a letter so that dates and words do not match.
  {
    by: 'Django, WhiteNoise, webpack, Parcel, Flask-Static-Digest',
    pattern: hash(
      '[.-]',
      ['[0-9a-f]*[a-f]', '[0-9a-f]*[0-9]'],
      '(?:[0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})',
    ),
  },
  // A name that is nothing but a hash must be a long one.
  {
    by: 'webpack’s and Parcel’s media files',
    pattern: hash('/', [], '(?:[0-9a-f]{20}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})'),
  },
  // Vite and Rollup: eight of base64url, with both cases and a digit before a letter; with - or _ it looks like words.
  {
    by: 'Vite, Rollup',
    pattern: hash(
      '-',
      ['[A-Za-z0-9]*[a-z]', '[A-Za-z0-9]*[A-Z]', '[A-Za-z0-9]*[0-9][A-Za-z0-9]*[A-Za-z]'],
      '[A-Za-z0-9]{8}',
    ),
  },
  { by: 'esbuild, Angular', pattern: hash('[.-]', ['[A-Z]*[2-7][A-Z2-7]*[A-Z]'], '[A-Z2-7]{8}') },
]

/** Followed by one to three extensions: `.js`, `.chunk.js`, `.min.js.map`. */
function hash(before: string, conditions: readonly string[], digits: string): string {
  return `${before}${conditions.map(condition => `(?=${condition})`).join('')}${digits}(?:\\.[A-Za-z0-9]{1,12}){1,3}$`
}
