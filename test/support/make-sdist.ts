import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRepository, removeRepository, type Files } from './repository.ts'

/** A source distribution of these files, as the `.tar.gz` an index would offer. */
export function makeSdist(name: string, version: string, files: Files): Buffer {
  const root = makeRepository(files)
  const out = makeRepository({})
  try {
    const tar = join(out, 'sdist.tar.gz')
    execFileSync('tar', ['-C', root, `--transform=s,^\\.,${name}-${version},`, '-czf', tar, '.'])
    return readFileSync(tar)
  } finally {
    removeRepository(root)
    removeRepository(out)
  }
}
