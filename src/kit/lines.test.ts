import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf } from './lines.ts'

test('a place is in the line that counting newlines before it finds', () => {
  const piece = fc.constantFrom('', 'a', 'bc', '\n', '\n\n')
  fc.assert(
    fc.property(
      fc.array(piece).map(pieces => pieces.join('')),
      text => {
        const lines = linesOf(text)
        for (let i = 0; i <= text.length; i += 1) expect(lines.at(i)).toBe(text.slice(0, i).split('\n').length)
        for (const [i, line] of text.split('\n').entries()) expect(lines.text(i + 1)).toBe(line)
        expect(lines.text(text.split('\n').length + 1)).toBe('')
      },
    ),
  )
})
