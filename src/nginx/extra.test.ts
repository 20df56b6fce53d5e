import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExtra } from './extra.ts'

test('whole directives and blocks pass as they are', () => {
  const text = [
    '# a comment with } and "',
    'add_header X-Frame-Options "SAMEORIGIN; }" always;',
    "location = /old { return 301 '/new'; }",
    'location ~ "^/a{2}$" {',
    '    if ($http_x) { set $y "${http_x}z"; }',
    '    rewrite ^ /b\\;c;',
    '}',
  ].join('\n')
  expect(parseExtra(text)).toBe(text)
  expect(parseExtra('')).toBe('')
})

test.each([
  ['a brace too many', 'gzip on; } server { listen 1; '],
  ['an open block', 'location / { return 200;'],
  ['an open directive', 'gzip on'],
  ['an open directive in a block', 'location / { gzip on }'],
  ['an open quote', 'add_header a "b;'],
  ['no directive', ';'],
  ['another listener', 'listen 80;'],
  ['another name', 'Server_Name evil.example;'],
  ['a quoted name of the edge’s', '"include" /etc/passwd;'],
  ['a file of the machine', 'location / { include /etc/passwd; }'],
  ['a control character', 'gzip on;\u0000'],
])('%s is refused', (_, text) => {
  expect(() => parseExtra(text)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
})

test('what passes leaves the braces outside of quotes and comments balanced, and never below zero', () => {
  const piece = fc.constantFrom('a', ' ', ';', '{', '}', '"', "'", '\\', '#', '\n', '$', '${x}', 'b c;')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), pieces => {
      const text = pieces.join('')
      try {
        parseExtra(text)
      } catch {
        return
      }
      const bare = text
        .replaceAll(/(["'])(?:\\[\s\S]|(?!\1)[^\\])*\1|\\[\s\S]|\$\{\w*\}/g, 'q')
        .replaceAll(/(?<=^|[\s;{}])#[^\n]*/g, '')
      let depth = 0
      for (const c of bare) {
        if (c === '{') depth += 1
        if (c === '}') depth -= 1
        expect(depth).toBeGreaterThanOrEqual(0)
      }
      expect(depth).toBe(0)
    }),
  )
})
