import fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { canonicalJson, type Json } from './canonical-json.ts'
import { parseJson } from './parse-json.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

test('what is proper JSON is read as it is', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, 4), (text, indent) => {
      const value: unknown = JSON.parse(text)
      expect(parseJson(bytes(JSON.stringify(value, null, indent)))).toEqual(value)
    }),
  )
})

test.each(['{"a":1,"a":2}', '[{"b":{"a" : 1, "\\u0061":2}}]', '\uFEFF{}', '{', '', '{"a":1}x'])('refused: %s', text =>
  expect(() => parseJson(bytes(text))).toThrow(),
)

test('bytes that are not UTF-8 are refused', () => {
  expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow()
})

test('canonical JSON depends on the value alone', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'ü' }], a: undefined, A: true })).toBe(
    '{"A":true,"b":[1,{"c":"ü","d":null}]}',
  )
  expect(() => canonicalJson([0.5] satisfies Json)).toThrow()
})
