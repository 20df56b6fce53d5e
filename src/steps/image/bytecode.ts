import type { Tree } from '../../model/tree.ts'
import { fixedMtime, type LayerPart } from '../../oci/index.ts'
import { compileTree } from '../../python/bytecode/compile.ts'
import { imageBroken } from './errors.ts'
import type { Inside } from './inside.ts'
import type { Tools } from './tools.ts'

/** The bytecode of a tree's sources, as more files of the same tree. `key` names what the sources are. */
export type Compile = (tree: Tree, key: string) => Promise<Tree>

/** Compiles with the base's own Python, inside the base. `python` names that interpreter's build. */
export function makeCompile(inside: Inside, minor: string, python: string, tools: Tools): Compile {
  return async (tree, key) => {
    const compiled = await compileTree(tree, { cache: tools.cache, key, python }, async ({ args, mounts, stdin }) => {
      const result = await inside.run({
        argv: [`/usr/bin/python${minor}`, ...args],
        input: stdin,
        mounts: mounts.map(({ source, target, writable }) => ({ from: source, to: target, readonly: !writable })),
      })
      if (result.code === 0) return result.stdout
      throw imageBroken({
        what: 'Compiling bytecode failed.',
        next: 'Run the command again with --verbose; report it when it stays.',
        evidence: result.stderr
          .trim()
          .split('\n')
          .slice(-8)
          .map(text => ({ text })),
      })
    })
    return compiled.tree
  }
}

/** The standard library's bytecode, which Debian's packages do not hold: imports take a fifth of the time with it. */
export function standardLibraryPart(base: LayerPart, key: string, minor: string, compile: Compile): LayerPart {
  return {
    what: 'bytecode of the standard library',
    key: `stdlib ${key} ${fixedMtime}`,
    async tree() {
      const all = typeof base.tree === 'function' ? await base.tree() : base.tree
      const sources = all.filter(
        ({ path }) => path.startsWith(`usr/lib/python${minor}/`) || path.startsWith('usr/lib/python3/'),
      )
      return compile(sources, key)
    },
  }
}
