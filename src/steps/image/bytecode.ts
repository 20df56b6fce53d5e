import { fixedMtime, type LayerPart } from '../../oci/index.ts'
import { compileTrees, type CompiledTree, type SourceTree } from '../../python/bytecode/compile.ts'
import type { PythonRun } from '../../python/bytecode/job.ts'
import { imageBroken } from './errors.ts'
import type { Inside } from './inside.ts'
import type { Tools } from './tools.ts'

/** The bytecode of each tree's sources, as more files of the same tree. */
export type Compile = (all: readonly SourceTree[]) => Promise<CompiledTree[]>

/** Compiles with the base's own Python, inside the base. `python` names that interpreter's build. */
export function makeCompile(inside: Inside, minor: string, python: string, { cache }: Tools): Compile {
  return all => compileTrees(all, { cache, python }, run => runPython(inside, minor, run))
}

async function runPython(inside: Inside, minor: string, { args, env, mounts, stdin }: PythonRun): Promise<string> {
  const result = await inside.run({
    argv: [`/usr/bin/python${minor}`, ...args],
    env,
    input: stdin,
    mounts: mounts.map(({ source, target, writable }) => ({ from: source, to: target, readonly: !writable })),
  })
  if (result.code === 0) return result.stdout
  const lines = result.stderr.trim().split('\n').slice(-8)
  throw imageBroken({
    what: 'Compiling bytecode failed.',
    next: 'Run the command again with --verbose; report it when it stays.',
    evidence: lines.map(text => ({ text })),
  })
}

/** The standard library's bytecode, which Debian's packages do not hold: imports take a fifth of the time with it. */
export function standardLibraryPart(
  base: LayerPart,
  { sources, python }: { readonly sources: string; readonly python: string },
  minor: string,
  compile: Compile,
): LayerPart {
  return {
    what: 'bytecode of the standard library',
    key: `stdlib 3 ${sources} ${python} ${fixedMtime}`,
    async tree() {
      const all = typeof base.tree === 'function' ? await base.tree() : base.tree
      const library = all.filter(
        ({ path }) => path.startsWith(`usr/lib/python${minor}/`) || path.startsWith('usr/lib/python3/'),
      )
      const [compiled] = await compile([{ tree: library, key: sources }])
      return compiled?.tree ?? []
    },
  }
}
