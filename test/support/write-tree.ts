import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Tree } from '../../src/model/tree.ts'

/** Writes a tree to a directory, so that a test can run what is in it; several after another lie upon each other. Owners are left aside. */
export async function writeTree(tree: Tree, root: string): Promise<void> {
  for (const entry of tree.filter(entry => entry.kind === 'directory')) {
    await mkdir(join(root, entry.path), { recursive: true })
    await chmod(join(root, entry.path), entry.mode)
  }
  for (const entry of tree) {
    if (entry.kind === 'directory') continue
    const path = join(root, entry.path)
    await mkdir(dirname(path), { recursive: true })
    await rm(path, { force: true })
    if (entry.kind === 'link') await symlink(entry.target, path)
    else {
      if ('data' in entry.bytes) await writeFile(path, entry.bytes.data, { flag: 'wx' })
      else await copyFile(entry.bytes.file, path)
      await chmod(path, entry.mode)
    }
  }
}
