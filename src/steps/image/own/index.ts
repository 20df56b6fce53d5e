import { join, posix } from 'node:path'
import { namedEngine } from '../../../engines/choose.ts'
import { engineUnavailable } from '../../../engines/errors.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { isWherryError } from '../../../kit/error.ts'
import { list, size } from '../../../kit/text.ts'
import type { Image } from '../../../model/image.ts'
import { readSaved } from '../../../oci/index.ts'
import { noBuilder, ownDockerfile } from '../errors.ts'
import { task, withScratch, type Tools } from '../tools.ts'
import { buildWithBuildah, hasBuildah } from './buildah.ts'
import { contextTar, readOwnContext } from './context.ts'

export interface OwnRequest {
  readonly checkout: Checkout
  /** The Dockerfile's path in the repository. */
  readonly dockerfile: string
  /** The app's name, fit for an image. */
  readonly name: string
  /** Patterns of files that may enter the image although they look like secrets. */
  readonly allowSecrets: readonly string[]
}

/**
 * The image of the repository's own Dockerfile, brought into the cache, an image like any other from there on. Built by docker or podman,
 * else by buildah. Throws `own-dockerfile`, `no-builder`, `dockerfile-build-failed`,
 * `unsupported-image`, `secret-in-source`.
 */
export async function buildOwn(request: OwnRequest, tools: Tools): Promise<Image> {
  const { checkout, name } = request
  const dockerfile = posix.normalize(request.dockerfile)
  if (!checkout.has(dockerfile)) throw missing(dockerfile)
  const { files, secretFiles } = readOwnContext(checkout, dockerfile, request.allowSecrets)
  if (secretFiles.length > 0) tools.report({ step: 'image', level: 'info', text: leftOut(secretFiles) })
  return withScratch(tools, async scratch => {
    const save = join(scratch, 'image.tar')
    const build = await findBuilder(tools)
    await task(tools, `building ${dockerfile}`, () => build({ ...request, dockerfile, files }, save))
    const { image } = await readSaved(save, { cache: tools.cache })
    const bytes = image.layers.reduce((sum, layer) => sum + layer.size, 0)
    const text = `${name}: ${image.layers.length} layers of ${dockerfile}, ${size(bytes)} compressed; what is in it, Wherry does not know`
    tools.report({ step: 'image', level: 'info', text })
    return image
  })
}

type Build = (request: OwnRequest & { readonly files: readonly string[] }, save: string) => Promise<void>

async function findBuilder(tools: Tools): Promise<Build> {
  const named = namedEngine()
  const wanted = named === 'docker' || named === 'podman' ? [named] : (['docker', 'podman'] as const)
  const tell = (line: string): void => tools.report({ step: 'image', level: 'log', text: line })
  const signal = tools.signal ? { signal: tools.signal } : {}
  for (const engine of wanted) {
    const { connectDaemon, buildWithDaemon } = await import('../../../engines/docker/index.ts')
    try {
      const daemon = await connectDaemon(engine)
      return ({ checkout, files, dockerfile, name }, save) =>
        buildWithDaemon(
          daemon,
          { context: contextTar(checkout, files), dockerfile, name: imageName(name), onLine: tell, ...signal },
          save,
        )
    } catch (error) {
      if (named === engine || !isWherryError(error, engineUnavailable)) throw error
    }
  }
  if (await hasBuildah())
    return (request, save) => buildWithBuildah({ ...request, name: imageName(request.name), onLine: tell }, save, tools)
  throw noBuilder({
    what: 'Nothing on this machine builds a Dockerfile.',
    why: 'neither docker nor podman answers, and there is no buildah',
    next: 'Install buildah, or start docker; or let Wherry make the image: remove image.dockerfile.',
  })
}

function leftOut(files: readonly string[]): string {
  const named = files.length > 5 ? [...files.slice(0, 5), `${files.length - 5} more`] : files
  return `left out of what the Dockerfile may copy, as secret: ${list(named)} (image.allow-secrets lets them in)`
}

function imageName(name: string): string {
  return `localhost/wherry-own/${name}:latest`
}

function missing(dockerfile: string): Error {
  return ownDockerfile({
    what: `There is no ${dockerfile} in the repository.`,
    why: 'image.dockerfile names it',
    next: 'Correct the path, which is relative to the repository, or remove image.dockerfile from wherry.toml.',
  })
}
