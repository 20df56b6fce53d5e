import { readFileSync } from 'node:fs'
import { invalidConfig, wrongVersion } from './errors.ts'

/** The version of Wherry that runs. */
export function ownVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

/** Refuses to run for a repository that `requires` other versions. Throws `wrong-version`, and `invalid-config` for no range. */
export async function checkRequires(range: string, file: string, version: string = ownVersion()): Promise<void> {
  const { satisfies, validRange } = await import('semver').then(module => module.default)
  const evidence = [{ file, text: `requires = ${JSON.stringify(range)}` }]
  if (validRange(range) === null) {
    throw invalidConfig({
      what: `${file}: ${JSON.stringify(range)} is no range of versions.`,
      next: 'Write it as npm does: requires = "~1.4"',
      evidence,
    })
  }
  if (satisfies(version, range, { includePrerelease: true })) return
  throw wrongVersion({
    what: `This repository is written for Wherry ${range}; this is ${version}.`,
    next: `npx wherry@${JSON.stringify(range)}, or change \`requires\` in ${file} after trying.`,
    evidence,
  })
}
