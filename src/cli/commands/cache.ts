import { realpath, rm } from 'node:fs/promises'
import { cacheHome, stateHome } from '../../kit/user-places.ts'
import { choosePruned, removeEntries, unfinishedWork } from '../../kit/cache-prune.ts'
import { surveyCache, type CacheEntry } from '../../kit/cache-survey.ts'
import { namedLayers } from '../../targets/host/named-layers.ts'
import type { Call } from '../command.ts'
import { badArgument, cacheInUse } from '../errors.ts'
import { cachePage, prunedPage, type KindSize } from '../pages/cache.ts'
import { bytes, moment } from '../values.ts'

/** Kept by uv, which has a command of its own for it; and what running sandboxes go by. */
const foreign: ReadonlySet<string> = new Set(['uv-cache', 'sandbox', 'sandbox-code'])
/** An entry used within this many milliseconds may be part of what somebody makes now. */
const recent = 3_600_000

/** `wherry cache`: what the cache holds; `wherry cache prune`: without what is old, or more than it may hold. */
export async function run({ face, arguments: [action], options }: Call): Promise<void> {
  const root = await realpath(cacheHome()).catch(() => cacheHome())
  if (action !== undefined && action !== 'prune')
    throw badArgument({
      what: `\`wherry cache\` shows sizes, \`wherry cache prune\` removes; ${JSON.stringify(action)} is neither.`,
      next: 'wherry cache prune',
    })
  const entries = await surveyCache(root, foreign)
  if (action === undefined) {
    face.result({ root, kinds: byKind(entries) }, style => cachePage(root, byKind(entries), style))
    return
  }
  const now = Date.now()
  const pruned = choosePruned(entries, {
    before: moment(typeof options['olderThan'] === 'string' ? options['olderThan'] : '30d', now, '--older-than'),
    most: typeof options['toSize'] === 'string' ? bytes(options['toSize'], '--to-size') : null,
    keep: await namedLayers(stateHome()),
    recent: now - recent,
  })
  const dryRun = options['dryRun'] === true
  const { dead, alive } = await unfinishedWork(root)
  if (!dryRun) {
    for (const path of dead) await rm(path, { recursive: true, force: true })
    refuseWhileUsed(alive, pruned)
    await removeEntries(root, pruned)
  }
  const result = {
    dryRun,
    unfinished: dead.length,
    images: dryRun || alive.length === 0 ? await pruneImages(dryRun) : 0,
    removed: byKind(pruned),
    kept: byKind(entries.filter(each => !pruned.includes(each))),
  }
  face.result(result, style => prunedPage(result, style))
}

/** What steps ran in stays in the store of docker or podman, too, so that they need not be sent it again. How many go. */
async function pruneImages(dryRun: boolean): Promise<number> {
  const { daemonsHere, listStepImages, removeStepImage } = await import('../../engines/docker/index.ts')
  let removed = 0
  for (const daemon of await daemonsHere()) {
    for (const name of await listStepImages(daemon)) if (dryRun || (await removeStepImage(daemon, name))) removed += 1
  }
  return removed
}

/** Somebody who makes an image now has found entries already, and goes by them. */
function refuseWhileUsed(alive: readonly number[], pruned: readonly CacheEntry[]): void {
  if (alive.length === 0 || pruned.length === 0) return
  throw cacheInUse({
    what: `Another Wherry is at work with the cache (process ${alive.join(', ')}).`,
    next: 'Wait until it has ended, then run `wherry cache prune` again.',
  })
}

function byKind(entries: readonly CacheEntry[]): KindSize[] {
  const kinds = new Map<string, KindSize>()
  for (const { kind, bytes } of entries) {
    const known = kinds.get(kind)
    kinds.set(kind, { kind, entries: (known?.entries ?? 0) + 1, bytes: (known?.bytes ?? 0) + bytes })
  }
  return [...kinds.values()].sort((a, b) => b.bytes - a.bytes)
}
