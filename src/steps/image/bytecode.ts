import { fixedMtime, type LayerPart } from '../../oci/index.ts'
import { compileTrees, type CompiledTree, type SourceTree } from '../../python/bytecode/compile.ts'
import type { PythonRun } from '../../python/bytecode/job.ts'
import { imageBroken } from './errors.ts'
import type { Inside } from './inside.ts'
import type { Tools } from './tools.ts'

/** The bytecode of each tree's sources, as more files of the same tree. */
export type Compile = (all: readonly SourceTree[]) => Promise<CompiledTree[]>

/** Compiles with the base's own Python, inside the base. `interpreter` is its path, `python` names its build. */
export function makeCompile(inside: Inside, interpreter: string, python: string, tools: Tools): Compile {
  const { cache, resident = false } = tools
  const spare = resident ? { spare: [interpreter, ...inside.layers].join(' ') } : {}
  return all => compileTrees(all, { cache, python, ...spare }, run => runPython(inside, interpreter, run))
}

async function runPython(
  inside: Inside,
  interpreter: string,
  { args, env, mounts, stdin }: PythonRun,
): Promise<string> {
  const result = await inside.run({
    argv: [interpreter, ...args],
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

export interface StandardLibrary {
  /** Where it lies, as prefixes of paths. */
  readonly places: readonly string[]
  /** Names the sources. */
  readonly sources: string
  /** Names the interpreter's build. */
  readonly python: string
}

/**
 * The standard library's bytecode, which Debian's packages and the official images do not hold: imports take a fifth of the time with
 * it. Where a base has some already, it stays.
 */
export function standardLibraryPart(
  base: LayerPart,
  { places, sources, python }: StandardLibrary,
  compile: Compile,
): LayerPart {
  return {
    what: 'bytecode of the standard library',
    key: `stdlib 3 ${sources} ${python} ${fixedMtime}`,
    async tree() {
      const all = typeof base.tree === 'function' ? await base.tree() : base.tree
      const library = all.filter(({ path }) => places.some(place => path.startsWith(place) && !installed.test(path)))
      if (library.some(({ path }) => /\/__pycache__\/os\.cpython-\d+\.pyc$/.test(path))) return []
      const [compiled] = await compile([{ tree: library, key: sources }])
      return compiled?.tree ?? []
    },
  }
}

/** Not the library's own: packages that an image has installed into its Python, pip above all. The app does not see them. */
const installed = /^(?!usr\/lib\/).*\/site-packages\//
