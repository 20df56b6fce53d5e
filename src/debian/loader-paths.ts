import type { LinkEntry, Tree } from '../model/tree.ts'

/**
 * Directories glibc's loader searches on Debian and Ubuntu without a cache or a setting, before or after usr-merge, and those
 * that update-alternatives links from there.
 */
export const libraryDirectories =
  /^(?:usr\/)?lib(?:64)?(?:\/[a-z0-9_]+-linux-gnu[a-z0-9]*(?:\/(?:blas|lapack|openblas-[a-z]+))?)?$/

/**
 * Links update-alternatives would make for libraries: BLAS and LAPACK come in interchangeable packages, each in a directory of
 * its own. The first one there is, as only one is ever chosen here.
 */
export function alternativeLinks(tree: Tree): LinkEntry[] {
  const links = new Map<string, LinkEntry>()
  for (const { path, kind } of tree) {
    const parts = /^(usr\/lib\/[^/]+)\/((?:blas|lapack|openblas-[a-z]+)\/([^/]+\.so\.\d+))$/.exec(path)
    if (!parts || kind === 'directory') continue
    const [, folder = '', target = '', name = ''] = parts
    const link = `${folder}/${name}`
    if (!links.has(link)) links.set(link, { kind: 'link', path: link, target })
  }
  return [...links.values()]
}
