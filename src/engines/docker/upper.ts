import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { openUnpacking, type Unpacking } from '../../oci/index.ts'
import { changesOf, chooseChanges } from './changes.ts'
import type { Daemon } from './daemon.ts'
import { statusOf } from './directory.ts'
import { markDeleted } from './mark-deleted.ts'
import { mergeInto } from './merge.ts'

/** Brings what a container wrote into a directory of this machine, in overlayfs form, as this user's own files. */
export async function fetchUpper(daemon: Daemon, id: string, upper: string, mounts: readonly string[]): Promise<void> {
  const wanted = chooseChanges(await changesOf(daemon, id), mounts)
  await beside(upper, async unpacking => {
    for (const path of wanted.directories) unpacking.addDirectory(path.slice(1))
    for (const path of wanted.added) await fetchPath(daemon, id, path, unpacking)
    for (const path of wanted.modified)
      if ((await statusOf(daemon, id, path))?.isDirectory !== true) await fetchPath(daemon, id, path, unpacking)
  })
  for (const path of wanted.deleted) await markDeleted(upper, path)
}

/** Brings a file or a directory of a container over the one on this machine that it was copied from. */
export async function fetchCopy(daemon: Daemon, id: string, from: string, to: string): Promise<void> {
  await beside(from, async unpacking => {
    const answer = await daemon.client.open('GET', `/containers/${id}/archive`, { query: { path: `${to}/.` } })
    await unpacking.add(answer)
  })
}

/** Fills a new directory, then moves its content over the one it lies beside, so that no link there is ever followed. */
async function beside(directory: string, fill: (unpacking: Unpacking) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(dirname(directory), '.wherry-'))
  try {
    const unpacking = openUnpacking(join(folder, 'new'))
    await fill(unpacking)
    unpacking.finish()
    mergeInto(join(folder, 'new'), directory)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** An archive names its members from the last part of the path that was asked for. */
async function fetchPath(daemon: Daemon, id: string, path: string, unpacking: Unpacking): Promise<void> {
  const answer = await daemon.client.open('GET', `/containers/${id}/archive`, { query: { path } })
  await unpacking.add(answer, posix.dirname(path).slice(1))
}
