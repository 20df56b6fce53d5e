import { createHash } from 'node:crypto'
import { ownVersion } from '../../../../config/requires.ts'
import type { Image } from '../../../../model/image.ts'
import type { Lock } from '../../../../model/lock.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Licences } from '../inventory/licence.ts'
import { formatPurl } from '../inventory/purl.ts'
import { findNeeds } from '../needs.ts'
import { findOrigins, isOwn, originOf, type Origins } from '../origins.ts'
import type { Package } from '../package.ts'
import type { Bom, Component, Dependency, LicenceChoice } from './cyclonedx.ts'
import { embeddedParts } from './embedded.ts'

export interface SbomRequest {
  /** The app's name. */
  readonly name: string
  readonly inventory: Inventory
  readonly lock: Lock
  /** Extras the app asks of its distributions. */
  readonly extras: ReadonlyMap<string, readonly string[]>
}

/**
 * The software bill of materials of an image, as CycloneDX 1.6: packages with their purls, hashes and licences, what needs what, and
 * what wheels say they hold themselves (PEP 770). Nothing but the image and its lock decides the result.
 */
export function makeSbom({ name, inventory, lock, extras }: SbomRequest): Bom {
  const { image, packages } = inventory
  const { architecture } = image.config
  const root = formatPurl({ type: 'oci', name, version: image.digest, qualifiers: { arch: architecture } })
  const origins = findOrigins(lock)
  const needs = findNeeds(packages, { python: lock.python, architecture, extras })
  const described = packages.map(each => describe(each, origins, image))
  const needed = new Set([...needs.values()].flat())
  const top = packages.map(({ purl }) => purl).filter(purl => !needed.has(purl))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(image.digest),
    version: 1,
    metadata: {
      timestamp: image.config.created,
      lifecycles: [{ phase: 'build' }],
      tools: { components: [{ type: 'application', name: 'wherry', version: ownVersion() }] },
      component: { type: 'container', 'bom-ref': root, name, version: image.digest, purl: root },
    },
    components: described.map(({ component }) => component),
    dependencies: [
      { ref: root, dependsOn: top },
      ...packages.map(({ purl }, i) => ({
        ref: purl,
        dependsOn: [...(needs.get(purl) ?? []), ...(described[i]?.holds ?? [])].sort(),
      })),
      ...described.flatMap(({ dependencies }) => dependencies),
    ],
  }
}

interface Described {
  readonly component: Component
  /** References of what it says it holds itself. */
  readonly holds: readonly string[]
  readonly dependencies: readonly Dependency[]
}

function describe(each: Package, origins: Origins, image: Image): Described {
  const origin = originOf(each, origins)
  const embedded = embeddedParts(each)
  const own = isOwn(each, image)
  const licenses = licenceChoices(each.licences)
  const properties = [
    { name: 'wherry:layer', value: image.layers[each.layer]?.digest ?? '' },
    ...(each.source ? [{ name: 'wherry:debian:source', value: `${each.source.name} ${each.source.version}` }] : []),
  ]
  const references = [
    ...(each.homepage === null ? [] : [{ type: 'website', url: each.homepage }]),
    ...(origin?.url
      ? [{ type: 'distribution', url: origin.url, hashes: [{ alg: 'SHA-256', content: origin.sha256 }] }]
      : []),
    ...embedded.references,
  ]
  const component: Component = {
    type: own ? 'application' : 'library',
    'bom-ref': each.purl,
    name: each.name,
    version: each.version,
    ...(each.summary === null ? {} : { description: each.summary.slice(0, 1000) }),
    ...(origin === null ? {} : { hashes: [{ alg: 'SHA-256', content: origin.sha256 }] }),
    ...(licenses.length === 0 ? {} : { licenses }),
    ...(own ? {} : { purl: each.purl }),
    ...(references.length === 0 ? {} : { externalReferences: references }),
    ...(embedded.components.length === 0 ? {} : { components: embedded.components }),
    properties,
  }
  return { component, holds: embedded.top, dependencies: embedded.dependencies }
}

function licenceChoices({ expression, names }: Licences): LicenceChoice[] {
  if (expression !== null) return [{ expression, acknowledgement: 'declared' }]
  return names.map(name => ({ license: { name, acknowledgement: 'declared' } }))
}

/** A UUID that only the image decides (RFC 9562, version 8): the same image has the same document, and no two images share one. */
function serialNumber(digest: string): string {
  const hex = createHash('sha256').update(`wherry sbom 1 ${digest}`).digest('hex')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ]
  return `urn:uuid:${parts.join('-')}`
}
