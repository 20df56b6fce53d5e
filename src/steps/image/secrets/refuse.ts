import { count, list } from '../../../kit/text.ts'
import { secretInSource } from '../errors.ts'
import type { FoundSecret } from './scan.ts'

/** The error for secrets that would enter the image: where each is, and the setting that allows a file that holds none. */
export function refuseSecrets(found: readonly FoundSecret[]): Error {
  const files = [...new Set(found.map(({ file }) => file))]
  return secretInSource({
    what: `${list(files.slice(0, 3))}${files.length > 3 ? ` and ${count(files.length - 3, 'more file')}` : ''} would put a secret into the image.`,
    why: 'Whoever can pull the image could read it.',
    next: `Remove and revoke it; or, when it is none, allow the file in wherry.toml: image.allow-secrets = [${JSON.stringify(files[0])}]`,
    evidence: found.map(({ file, line, what }) => ({ file, line, text: `looks like ${what}` })),
  })
}
