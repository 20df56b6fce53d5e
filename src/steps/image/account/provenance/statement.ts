import { createHash } from 'node:crypto'
import { ownVersion } from '../../../../config/requires.ts'
import type { Image } from '../../../../model/image.ts'
import type { Lock } from '../../../../model/lock.ts'
import type { Plan } from '../../../../model/plan.ts'
import { identifyCompressor } from '../../../../oci/index.ts'
import { formatPurl } from '../inventory/purl.ts'
import type { MadeTwin } from '../../values.ts'
import { findOrigins, originOf } from '../origins.ts'
import type { Package } from '../package.ts'
import type { Source } from './source.ts'
import { describeBase } from './describe-base.ts'

/** An in-toto statement v1 whose predicate is SLSA provenance v1: which image this is, and what it was made from. */
export interface Statement {
  readonly _type: 'https://in-toto.io/Statement/v1'
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  readonly predicateType: 'https://slsa.dev/provenance/v1'
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string
      readonly externalParameters: Readonly<Record<string, unknown>>
      readonly internalParameters: Readonly<Record<string, unknown>>
      readonly resolvedDependencies: readonly ResourceDescriptor[]
    }
    readonly runDetails: {
      readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> }
    }
  }
}

export interface ResourceDescriptor {
  readonly name?: string
  readonly uri: string
  readonly digest: Readonly<Record<string, string>>
  readonly downloadLocation?: string
  readonly annotations?: Readonly<Record<string, unknown>>
}

export interface ProvenanceRequest {
  readonly plan: Plan
  readonly image: Image
  readonly lock: Lock
  /** Where the code ran that ran for this image; null where that was the image itself. */
  readonly twin: MadeTwin | null
  readonly packages: readonly Package[]
  readonly source: Source | null
  /** The bytes of wherry.lock; null where it could not be written. */
  readonly lockFile: Uint8Array | null
}

/**
 * Says nothing the clock or this machine decides: two people who make the same image make the same statement. Whoever signs it is
 * the builder, so it reaches SLSA level 1 by itself and more only where a hosted, isolated builder keeps the key.
 */
export function makeStatement(request: ProvenanceRequest): Statement {
  const { plan, image } = request
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: plan.name, digest: { sha256: image.digest.replace('sha256:', '') } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        // A purl names the builder without claiming an address on the web; what follows # is the type of build.
        buildType: 'pkg:npm/wherry#image/1',
        externalParameters: {
          app: plan.name,
          root: plan.root,
          architecture: image.config.architecture,
          image: plan.image,
          processes: plan.processes,
        },
        internalParameters: { compressor: identifyCompressor().id, configDigest: image.configDigest },
        resolvedDependencies: dependencies(request),
      },
      runDetails: { builder: { id: 'pkg:npm/wherry', version: { wherry: ownVersion() } } },
    },
  }
}

function dependencies({ plan, source, lock, lockFile, twin, packages }: ProvenanceRequest): ResourceDescriptor[] {
  const origins = findOrigins(lock)
  const found = packages.flatMap(each => {
    const origin = originOf(each, origins)
    if (origin === null) return []
    const location = origin.url === null ? {} : { downloadLocation: origin.url }
    return [{ name: each.name, uri: each.purl, digest: { sha256: origin.sha256 }, ...location }]
  })
  const given = [
    ...(source ? [describeSource(source)] : []),
    ...(lockFile ? [describeLock(lockFile)] : []),
    ...(twin ? [describeTwin(plan.name, twin)] : []),
  ]
  return [...given, ...describeBase(lock), ...found, ...buildTools(lock)]
}

/** What sdists were built with decides what they became, though nothing of it is in the image. */
function buildTools({ compiler, sdists, base }: Lock): ResourceDescriptor[] {
  const debian = [...compiler, ...sdists.flatMap(({ build }) => build.packages ?? [])].map(
    ({ name, version, sha256 }) => ({
      name,
      uri: formatPurl({ type: 'deb', namespace: 'debian', name, version, qualifiers: { distro: base.suite } }),
      digest: { sha256 },
      annotations: { role: 'build' },
    }),
  )
  const python = sdists
    .flatMap(({ build }) => build.wheels)
    .map(({ name, version, sha256 }) => ({
      name,
      uri: formatPurl({ type: 'pypi', name, version }),
      digest: { sha256 },
      annotations: { role: 'build' },
    }))
  return [...new Map([...debian, ...python].map(each => [each.uri, each])).values()]
}

function describeSource({ commit, remote, changed }: Source): ResourceDescriptor {
  return {
    name: 'source',
    uri: remote === null ? `git:${commit}` : `git+${remote}`,
    // in-toto's digest set: gitCommit for whichever hash the repository uses.
    digest: { gitCommit: commit },
    // A commit that the tree differs from does not account for the image: whoever verifies must be able to see that.
    ...(changed.length > 0 ? { annotations: { changed } } : {}),
  }
}

/** Bytecode, static files and front-ends came of it, and the app was loaded in it alone. */
function describeTwin(name: string, { platform, digest }: MadeTwin): ResourceDescriptor {
  const arch = platform.replace('linux/', '')
  const uri = formatPurl({ type: 'oci', name, version: digest, qualifiers: { arch } })
  return {
    name: `${name} for ${platform}`,
    uri,
    digest: { sha256: digest.replace('sha256:', '') },
    annotations: { role: 'twin' },
  }
}

function describeLock(bytes: Uint8Array): ResourceDescriptor {
  return {
    name: 'wherry.lock',
    uri: 'wherry.lock',
    digest: { sha256: createHash('sha256').update(bytes).digest('hex') },
  }
}
