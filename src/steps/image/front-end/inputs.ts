import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { FrontEndPlan } from '../../../model/plan.ts'
import type { Entry, FileEntry } from '../../../model/tree.ts'
import { appDirectory, readEntry, textOf } from '../app/entry.ts'
import { isSecretFile } from '../secrets/secret-files.ts'
import { publicSettings } from './settings.ts'

/** Version control, and what another run of ours or of the build itself leaves. */
const notRead =
  /(?:^|\/)(?:\.git|\.github|\.gitattributes|wherry\.(?:[a-z0-9-]+\.)?(?:toml|lock)|__pycache__)(?:\/|$)|\.pyc$/

/**
 * The files a build may read, and the only ones it gets: so its outcome follows from them. Those of its own directory, where nothing in it
 * points outside; else all of the repository, without Python sources unless it speaks of them, as Tailwind's `content` may.
 */
export function inputsOf(checkout: Checkout, { directory, workspace }: FrontEndPlan): Entry[] {
  const home = workspace === '.' ? '' : workspace
  const own = checkout.files.filter(file => isIn(file, home) && !notRead.test(file))
  const texts = own
    .filter(file => /\.(?:json|[cm]?[jt]sx?|css|s[ac]ss|html)$/.test(file))
    .filter(file => !file.endsWith('.min.js'))
  const read = texts.flatMap(file => {
    const entry = readEntry(checkout.root, file)
    return entry === null ? [] : [{ file, text: textOf(entry) }]
  })
  const isOpen = home !== '' && read.some(({ file, text }) => leaves(file.slice(home.length + 1), text))
  const readsPython = read.some(
    ({ file, text }) => isNear(file, directory) && /\.py\b|\bpy[,}]|\*\*\/\*['"]/.test(text),
  )
  return (isOpen ? checkout.files.filter(file => !notRead.test(file)) : own)
    .filter(file => !file.endsWith('.py') || readsPython)
    .flatMap(file => {
      const entry = readEntry(checkout.root, file)
      return entry === null ? [] : harmless(file, entry)
    })
}

function isIn(file: string, directory: string): boolean {
  return directory === '' || file.startsWith(`${directory}/`)
}

/** A path that climbs above the directory: `../../templates` in a file one level down, `'..'` as a part of one. */
function leaves(file: string, text: string): boolean {
  const depth = file.split('/').length - 1
  const climbs = [...text.matchAll(/(?:\.\.\/)+/g)].some(([steps]) => steps.length / 3 > depth)
  return climbs || (depth === 0 && /['"]\.\.['"]/.test(text))
}

/** Configuration, not the sources themselves: those speak of anything. */
function isNear(file: string, directory: string): boolean {
  const home = directory === '.' ? '' : directory
  return file.endsWith('.css') || (posix.dirname(file) === '.' ? '' : posix.dirname(file)) === home
}

/** A secret stays out; of files that hold settings beside secrets, the settings. */
function harmless(file: string, entry: Entry): Entry[] {
  const settings = publicSettings(file, () => textOf(entry))
  if (settings !== null) return entry.kind === 'file' ? [withText(entry, settings)] : []
  return isSecretFile(file, () => textOf(entry)) ? [] : [entry]
}

export function withText(entry: FileEntry, text: string): FileEntry {
  const data = Buffer.from(text, 'latin1')
  return { ...entry, size: data.length, bytes: { data } }
}

/** Where an input lies below the directory the build gets. */
export function placeOf({ path }: Entry): string {
  return path.slice(appDirectory.length + 1)
}
