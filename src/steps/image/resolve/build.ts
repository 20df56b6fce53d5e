import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Distribution } from '../../../model/lock.ts'
import { noWheel, sdistBroken } from '../errors.ts'
import type { Tools } from '../tools.ts'
import { fetchFiles, withScratch, type WheelFile } from '../wheels.ts'
import type { Resolver } from './uv.ts'

/** Counts up whenever the same sdist would be built differently. */
const rules = 1

/**
 * Wheels of distributions that the index offers only as source: built once in the base, without a compiler, by the hash of the source.
 * Throws `no-wheel` for one that needs a compiler and `sdist-does-not-build` for another failure.
 */
export async function buildSdists(
  sdists: readonly Distribution[],
  minor: string,
  openResolver: () => Promise<Resolver>,
  tools: Tools,
): Promise<WheelFile[]> {
  const paths = await fetchFiles(sdists, tools)
  const built: WheelFile[] = []
  for (const [i, distribution] of sdists.entries()) {
    const folder = await tools.cache.entry('built-wheel', `${distribution.sha256}-${minor}-${rules}`, async target => {
      tools.report({
        step: 'image',
        level: 'start',
        task: 'build',
        text: `building ${distribution.name} ${distribution.version} from source`,
      })
      const resolver = await openResolver()
      await withScratch(tools, async out => {
        const outcome = await resolver.build(paths[i] ?? '', distribution.file, out)
        if ('refused' in outcome) throw explain(distribution, outcome.refused)
        await mkdir(target)
        await rename(outcome.wheel, join(target, outcome.wheel.slice(outcome.wheel.lastIndexOf('/') + 1)))
      })
      tools.report({
        step: 'image',
        level: 'done',
        task: 'build',
        text: `${distribution.name} ${distribution.version} built from source`,
      })
    })
    const [file = ''] = await readdir(folder)
    const path = join(folder, file)
    built.push({
      distribution,
      path,
      file,
      sha256: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    })
  }
  return built
}

const compilerNeeded =
  /(?:gcc|cc1|clang|g\+\+|rustc|cargo|cmake|gfortran|pkg-config|pg_config|mysql_config|swig)\b|command '[^']*cc' failed|unable to execute|No such file or directory: '[^']*(?:cc|gcc|cargo|cmake)'|Python\.h/

function explain({ name, version }: Distribution, output: string): Error {
  const lines = output.split('\n').filter(line => line.trim() !== '')
  const evidence = lines.slice(-12).map(text => ({ text }))
  if (compilerNeeded.test(output)) {
    return noWheel({
      what: `${name} ${version} has no wheel that fits, and building it needs a compiler or system headers.`,
      why: 'Images are made from wheels and pure-Python source.',
      next: `Take a version of ${name} that has a wheel for this Python on Linux${alternative(name)}.`,
      evidence,
    })
  }
  return sdistBroken({
    what: `${name} ${version} is offered only as source, and its build fails.`,
    next: `Take another version of ${name}.`,
    evidence,
  })
}

const wheelsElsewhere: Readonly<Record<string, string>> = {
  psycopg2: 'psycopg2-binary',
  mysqlclient: 'PyMySQL',
  uwsgi: 'nothing at all: Gunicorn serves the app',
}

function alternative(name: string): string {
  const other = wheelsElsewhere[name]
  return other ? `, or ${other}` : ''
}
