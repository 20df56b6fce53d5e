import fc from 'fast-check'
import { expect, test } from 'vitest'
import { embeddedParts } from './embedded.ts'

const purl = 'pkg:pypi/demo@1.0'
const path = 'venv/lib/python3.13/site-packages/demo-1.0.dist-info/sboms/demo.cyclonedx.json'
const parts = (document: unknown) => embeddedParts({ purl, sboms: [{ path, text: JSON.stringify(document) }] })

// The form maturin writes: the wheel is the document's own component, crates are named by path or registry.
const crates = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  metadata: { component: { type: 'library', 'bom-ref': 'root', name: 'demo' } },
  components: [
    {
      type: 'library',
      'bom-ref': 'serde',
      name: 'serde',
      version: '1.0.2',
      purl: 'pkg:cargo/serde@1.0.2',
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
      scope: 'required',
    },
    {
      type: 'library',
      'bom-ref': 'itoa',
      name: 'itoa',
      version: '1.0',
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-256', content: 'nonsense' }],
    },
  ],
  dependencies: [
    { ref: 'root', dependsOn: ['serde'] },
    { ref: 'serde', dependsOn: ['itoa', 'elsewhere'] },
  ],
}

test('what a wheel says it holds becomes part of its component, under references of our own', () => {
  expect(parts(crates)).toEqual({
    components: [
      {
        type: 'library',
        'bom-ref': `${purl}#sboms/0/0`,
        name: 'serde',
        version: '1.0.2',
        purl: 'pkg:cargo/serde@1.0.2',
        licenses: [{ expression: 'MIT OR Apache-2.0' }],
      },
      {
        type: 'library',
        'bom-ref': `${purl}#sboms/0/1`,
        name: 'itoa',
        version: '1.0',
        licenses: [{ license: { name: 'MIT' } }],
      },
    ],
    top: [`${purl}#sboms/0/0`],
    dependencies: [
      { ref: `${purl}#sboms/0/0`, dependsOn: [`${purl}#sboms/0/1`] },
      { ref: `${purl}#sboms/0/1`, dependsOn: [] },
    ],
    references: [],
  })
})

test.each([['{'], ['null'], ['{"spdxVersion": "SPDX-2.3"}'], ['[]']])('%s is named and not read', text => {
  const { components, references } = embeddedParts({ purl, sboms: [{ path, text }] })
  expect([components, references]).toEqual([[], [{ type: 'bom', url: `/${path}` }]])
})

test('whatever a wheel writes, references are unique and every edge leads to one that is there', () => {
  const reference = fc.constantFrom('a', 'b', 'c', '__proto__', '')
  const component = fc.record({ type: fc.string(), 'bom-ref': reference, name: fc.string() }, { requiredKeys: [] })
  const edge = fc.record({ ref: reference, dependsOn: fc.array(reference) }, { requiredKeys: [] })
  const document = fc.record({
    bomFormat: fc.constant('CycloneDX'),
    components: fc.array(fc.oneof(component, fc.jsonValue())),
    dependencies: fc.array(fc.oneof(edge, fc.jsonValue())),
  })
  fc.assert(
    fc.property(document, each => {
      const { components, dependencies, top } = parts(each)
      const known = new Set(components.map(found => found['bom-ref']))
      expect(known.size).toBe(components.length)
      for (const { ref, dependsOn } of dependencies)
        for (const one of [ref, ...dependsOn]) expect(one === purl || known.has(one)).toBe(true)
      for (const one of top) expect(known.has(one)).toBe(true)
      expect(new Set(dependencies.map(({ ref }) => ref)).size).toBe(dependencies.length)
    }),
  )
})
