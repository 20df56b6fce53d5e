import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { dirname, join, posix, relative, sep } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Plan } from '../../../model/plan.ts'
import { alwaysOut, ownOutput, readContext } from '../app/context.ts'
import { dataDirectory, dataPlaces } from '../app/data.ts'
import { appDirectory } from '../app/entry.ts'
import { readOwnIgnores } from '../app/own-ignores.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { dockerfileExists } from '../errors.ts'
import type { MadeImage } from '../index.ts'
import { workingDirectory } from '../launch.ts'
import { collectCommand, collectScript } from '../statics/collect.ts'
import { inRepository } from '../wheels/fetch.ts'
import { putEdgeInside } from './edge.ts'
import { dockerignore, secretPatterns } from './ignore.ts'
import { ownDistributions, writeRequirements } from './requirements.ts'
import { writeDockerfile } from './write.ts'

export interface DockerfileRequest {
  readonly checkout: Checkout
  readonly plan: Plan
  readonly made: MadeImage
  /** Absolute, inside the repository: what is copied into an image must lie in its context. */
  readonly directory: string
}

/**
 * Writes what makes an equivalent image with Docker alone into a new directory of the repository, so that nobody is locked in: the
 * Dockerfile, the requirements by hash, and the files that Wherry adds. Throws `dockerfile-exists`.
 */
export async function exportDockerfile(request: DockerfileRequest): Promise<string> {
  const { checkout, directory } = request
  const place = relative(checkout.root, directory).split(sep).join('/')
  if (place === '' || place.startsWith('..') || existsSync(directory)) throw refuse(directory, existsSync(directory))
  try {
    await fill(request, place)
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
  return join(directory, 'Dockerfile')
}

async function fill({ checkout, plan, made, directory }: DockerfileRequest, place: string): Promise<void> {
  const { lock, image } = made
  mkdirSync(join(directory, 'wheels'), { recursive: true })
  copyAdditions(checkout, made, join(directory, 'files'))
  putEdgeInside(plan, made, join(directory, 'files'))
  for (const { url, file } of ownDistributions(lock))
    await writeFile(
      join(directory, 'wheels', file),
      readOwn(checkout, decodeURIComponent(url.slice(inRepository.length))),
    )
  // An empty directory is none to git, and COPY wants one.
  await writeFile(join(directory, 'wheels', 'README'), 'Distributions that the repository itself holds.\n')
  const collects = plan.image.collectStatic !== null
  if (collects) copyFileSync(collectScript, join(directory, 'collectstatic.py'))
  const facts = {
    name: plan.name,
    config: image.config,
    lock,
    directory: place,
    data: dataPlaces(plan, lock).map(({ path }) => ({
      at: posix.join(workingDirectory(plan), path),
      in: `/${dataDirectory}/${path}`,
    })),
    collect: collects ? collectCommand(plan, '/tmp/collectstatic.py', '/tmp/answer.json') : null,
  }
  await writeFile(join(directory, 'requirements.txt'), writeRequirements(lock))
  await writeFile(join(directory, 'Dockerfile'), writeDockerfile(facts))
  await writeFile(
    join(directory, 'Dockerfile.dockerignore'),
    `${gitIgnores(checkout)}${dockerignore(leftOut(checkout, plan))}${ownIgnore(checkout, plan)}`,
  )
}

/** What the repository has git ignore, in whichever directory it says so. */
function gitIgnores(checkout: Checkout): string {
  return checkout.files
    .filter(file => posix.basename(file) === '.gitignore')
    .map(file => {
      const text = readRegular(checkout.root, file, 1024 ** 2)?.toString('utf8') ?? ''
      return dockerignore(text.split('\n'), file === '.gitignore' ? '' : posix.dirname(file))
    })
    .join('')
}

/** What we and the config leave out of the image. */
function leftOut(checkout: Checkout, { image }: Plan): string[] {
  const { secretFiles } = readContext(checkout, image)
  return [
    ...secretPatterns,
    ...alwaysOut.filter(pattern => pattern !== ownOutput),
    ...image.exclude,
    ...secretFiles.map(file => `/${file}`),
  ]
}

/** The repository's own .dockerignore, which ours takes the place of. */
function ownIgnore(checkout: Checkout, plan: Plan): string {
  const isHeeded = !readOwnIgnores(checkout, plan).unfit.includes('.dockerignore')
  return isHeeded ? (readRegular(checkout.root, '.dockerignore', 1024 ** 2)?.toString('utf8') ?? '') : ''
}

/** Layers whose files are not all made by the Dockerfile's own lines. */
const ownLayers = new Set(['app', 'front-end', 'environment and launcher'])

/** What the image has beside the repository, the packages and bytecode: launcher, launch.json, metadata, links, built front-ends. */
function copyAdditions(checkout: Checkout, { image, layers }: MadeImage, target: string): void {
  const known = new Set(checkout.files)
  for (const [n, directory] of layers.entries()) {
    const what = image.layers[n]?.what ?? ''
    if (!ownLayers.has(what)) continue
    for (const path of filesOf(directory, '')) {
      const isVenv = what === 'environment and launcher' && !path.startsWith('wherry/')
      if (
        isVenv ||
        path.endsWith('.pyc') ||
        isDataLink(join(directory, path)) ||
        isRepositorys(checkout, known, directory, path)
      )
        continue
      mkdirSync(dirname(join(target, path)), { recursive: true })
      copy(join(directory, path), join(target, path))
    }
  }
}

/** The Dockerfile makes these itself: a link out of the repository would be one that Wherry refuses. */
function isDataLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink() && readlinkSync(path).startsWith(`/${dataDirectory}/`)
}

function copy(from: string, to: string): void {
  if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else copyFileSync(from, to)
}

function isRepositorys({ root }: Checkout, known: ReadonlySet<string>, layer: string, path: string): boolean {
  const file = path.slice(appDirectory.length + 1)
  if (!path.startsWith(`${appDirectory}/`) || !known.has(file)) return false
  const [ours, theirs] = [join(layer, path), join(root, file)]
  const status = lstatSync(ours)
  if (status.isSymbolicLink() !== lstatSync(theirs).isSymbolicLink()) return false
  if (status.isSymbolicLink()) return readlinkSync(ours) === readlinkSync(theirs)
  return status.size === lstatSync(theirs).size && readFileSync(ours).equals(readFileSync(theirs))
}

function* filesOf(root: string, path: string): Generator<string> {
  for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
    const inner = path === '' ? entry.name : `${path}/${entry.name}`
    if (entry.isDirectory()) yield* filesOf(root, inner)
    else yield inner
  }
}

function readOwn(checkout: Checkout, path: string): Uint8Array {
  const bytes = readRegular(checkout.root, path, 2 * 1024 ** 3)
  if (bytes === null) throw new Error(`${path} was there when the image was made`)
  return bytes
}

function refuse(directory: string, exists: boolean): Error {
  return dockerfileExists({
    what: exists ? `${directory} exists already.` : `${directory} is no place for a Dockerfile of this repository.`,
    why: exists ? 'what was changed there by hand would be lost' : 'what it copies must lie in the repository',
    next: 'Name a directory of the repository that does not exist yet: --as-dockerfile deploy',
  })
}
