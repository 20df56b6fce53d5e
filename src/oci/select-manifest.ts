import type { ImageConfig } from '../model/image.ts'
import { damagedImage, unsupportedImage } from './errors.ts'
import { indexTypes, mediaTypes, type Descriptor } from './media-types.ts'
import { readDocument } from './read-document.ts'
import { indexSchema, type DescriptorDocument } from './schemas.ts'

export interface SelectOptions {
  /** Which of several platforms; amd64 without it. */
  readonly architecture?: ImageConfig['architecture']
  /** Which of several names, as index.json gives it: a tag or a full name. */
  readonly name?: string
}

const manifestTypes: ReadonlySet<string> = new Set([mediaTypes.oci.manifest, mediaTypes.docker.manifest])

/**
 * The manifest that an index means for a platform; attestations and kinds it does not know are passed over (image-spec
 * image-index.md). `fetch` gives the checked bytes of an inner index. Throws `unsupported-image` when there is none, or several.
 */
export async function selectManifest(
  index: Uint8Array,
  options: SelectOptions,
  fetch: (descriptor: Descriptor) => Promise<Uint8Array>,
  depth = 0,
): Promise<Descriptor> {
  if (depth > 3) throw damagedImage({ what: 'The index of the image nests too deep.', next: 'Do not use this image.' })
  const { architecture = 'amd64', name } = options
  const fits = readDocument(index, 'index', indexSchema).manifests.filter(
    each => isKnown(each) && fitsPlatform(each, architecture) && (name === undefined || isNamed(each, name)),
  )
  const [first, ...others] = new Map(fits.map(each => [each.digest, each])).values()
  // Of a multi-platform index the first match wins; a layout that holds several images does not say which is meant.
  const ambiguous = depth === 0 && others.some(each => !each.platform || !first?.platform || hasOtherName(first, each))
  if (first === undefined || ambiguous)
    throw unsupportedImage({
      what: first ? 'The layout holds several images.' : `There is no image for linux/${architecture}.`,
      why: first ? fits.map(each => Object.values(each.annotations ?? {}).join(' ') || each.digest).join(', ') : '',
      next: first ? 'Name the one that is meant.' : 'Choose an image for this platform.',
    })
  if (!indexTypes.has(first.mediaType)) return first
  const { name: _, ...inner } = options
  return selectManifest(await fetch(first), inner, fetch, depth + 1)
}

function isKnown({ mediaType, annotations }: DescriptorDocument): boolean {
  const isAttestation = annotations?.['vnd.docker.reference.type'] !== undefined
  return !isAttestation && (manifestTypes.has(mediaType) || indexTypes.has(mediaType))
}

function fitsPlatform({ platform }: DescriptorDocument, architecture: string): boolean {
  return !platform || (platform.os === 'linux' && platform.architecture === architecture)
}

const names = ['org.opencontainers.image.ref.name', 'io.containerd.image.name']

function isNamed({ annotations }: DescriptorDocument, name: string): boolean {
  return names.some(key => annotations?.[key] === name)
}

function hasOtherName(a: DescriptorDocument, b: DescriptorDocument): boolean {
  return names.some(key => a.annotations?.[key] !== b.annotations?.[key])
}
