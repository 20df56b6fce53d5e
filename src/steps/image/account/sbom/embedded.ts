import { z } from 'zod'
import type { Package } from '../package.ts'
import type { Component, Dependency, ExternalReference } from './cyclonedx.ts'

/**
 * What a wheel says it holds itself (PEP 770: `.dist-info/sboms/`): libraries that auditwheel copied in, crates that maturin linked.
 * Everything in it is the wheel's word: only fields of a known shape are taken over, and its references become our own.
 */
export interface EmbeddedParts {
  readonly components: readonly Component[]
  /** References of the components nothing else in the wheel's account depends on. */
  readonly top: readonly string[]
  readonly dependencies: readonly Dependency[]
  /** Accounts in other formats, named but not read. */
  readonly references: readonly ExternalReference[]
}

const hash = z.object({
  alg: z.enum([
    'MD5',
    'SHA-1',
    'SHA-256',
    'SHA-384',
    'SHA-512',
    'SHA3-256',
    'SHA3-384',
    'SHA3-512',
    'BLAKE2b-256',
    'BLAKE2b-384',
    'BLAKE2b-512',
    'BLAKE3',
  ]),
  content: z.string().regex(/^(?:[a-f0-9]{32}|[a-f0-9]{40}|[a-f0-9]{64}|[a-f0-9]{96}|[a-f0-9]{128})$/),
})
const short = z.string().min(1).max(1000)
const licence = z.union([
  z.object({ expression: short }),
  z.object({ license: z.object({ id: short }) }),
  z.object({ license: z.object({ name: short }) }),
])
const types = [
  'application',
  'framework',
  'library',
  'file',
  'data',
  'firmware',
  'operating-system',
  'platform',
] as const

/** A field that is not of its shape is as if it were not there; a component without a name is none. */
const component = z.object({
  type: z.enum(types).catch('library'),
  'bom-ref': short.optional().catch(undefined),
  group: short.optional().catch(undefined),
  name: short,
  version: short.optional().catch(undefined),
  description: short.optional().catch(undefined),
  hashes: z.array(hash).optional().catch(undefined),
  licenses: z.array(licence).optional().catch(undefined),
  purl: z
    .string()
    .regex(/^pkg:[A-Za-z0-9.+-]+\/[^\s]{1,1000}$/)
    .optional()
    .catch(undefined),
})
type Embedded = z.infer<typeof component>

const document = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z
    .object({ component: component.optional().catch(undefined) })
    .optional()
    .catch(undefined),
  components: z.array(z.unknown()).max(20_000).optional().catch(undefined),
  dependencies: z.array(z.unknown()).max(20_000).optional().catch(undefined),
})
const dependency = z.object({ ref: short, dependsOn: z.array(short).optional() })

/** Everything the package's own accounts name, as components that are part of it. */
export function embeddedParts({ purl, sboms }: Pick<Package, 'purl' | 'sboms'>): EmbeddedParts {
  const parts = sboms
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, text }, i) => readOne(text, path, purl, i))
  return {
    components: parts.flatMap(({ components }) => components),
    top: parts.flatMap(({ top }) => top),
    dependencies: parts.flatMap(({ dependencies }) => dependencies),
    references: parts.flatMap(({ references }) => references),
  }
}

function readOne(text: string, path: string, purl: string, n: number): EmbeddedParts {
  const read = document.safeParse(parseJson(text))
  if (!read.success)
    return { components: [], top: [], dependencies: [], references: [{ type: 'bom', url: `/${path}` }] }
  const { metadata, components = [], dependencies = [] } = read.data
  const main = metadata?.component?.['bom-ref']
  const parsed = components.map(each => component.safeParse(each)).flatMap(each => (each.success ? [each.data] : []))
  const references = new Map<string, string>(main === undefined ? [] : [[main, purl]])
  const mine = parsed.map((each, i) => {
    const reference = `${purl}#sboms/${n}/${i}`
    const own = each['bom-ref']
    if (own !== undefined && !references.has(own)) references.set(own, reference)
    return { reference, component: adopt(each, reference) }
  })
  const edges = dependencies
    .map(each => dependency.safeParse(each))
    .flatMap(each => (each.success ? [each.data] : []))
    .flatMap(({ ref, dependsOn = [] }) => {
      const from = references.get(ref)
      const to = dependsOn.flatMap(other => references.get(other) ?? []).filter(other => other !== from)
      return from === undefined ? [] : [{ ref: from, dependsOn: [...new Set(to)].sort() }]
    })
  const needed = new Set(edges.flatMap(({ ref, dependsOn }) => (ref === purl ? [] : dependsOn)))
  const merged = new Map(mine.map(({ reference }) => [reference, [] as readonly string[]]))
  for (const { ref, dependsOn } of edges) if (merged.has(ref)) merged.set(ref, dependsOn)
  return {
    components: mine.map(each => each.component),
    top: mine.map(({ reference }) => reference).filter(reference => !needed.has(reference)),
    dependencies: [...merged].map(([ref, dependsOn]) => ({ ref, dependsOn })),
    references: [],
  }
}

function adopt({ licenses = [], ...each }: Embedded, reference: string): Component {
  // One expression stands alone by the schema; an identifier is checked against a list we do not carry, so it is taken as a name.
  const expression = licenses.find(choice => 'expression' in choice)
  const named = licenses.flatMap(choice =>
    'license' in choice
      ? [{ license: { name: 'id' in choice.license ? choice.license.id : choice.license.name } }]
      : [],
  )
  const choices = expression ? [expression] : named
  return {
    type: each.type,
    'bom-ref': reference,
    ...(each.group === undefined ? {} : { group: each.group }),
    name: each.name,
    ...(each.version === undefined ? {} : { version: each.version }),
    ...(each.description === undefined ? {} : { description: each.description }),
    ...(each.hashes === undefined ? {} : { hashes: each.hashes }),
    ...(choices.length === 0 ? {} : { licenses: choices }),
    ...(each.purl === undefined ? {} : { purl: each.purl }),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
