import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNginx } from '../../test/support/nginx-tokens.ts'
import { comment, directive, pattern, reference, template, text, variable } from './directive.ts'
import { unwritableValue } from './errors.ts'
import { parseHostname } from './hostname.ts'
import { write, writeArg } from './write.ts'

const writable = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter(s => !/[\u0000-\u001F\u007F$]/.test(s) && s.isWellFormed())

describe('write', () => {
  test('reads back as what was written, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(writable, { minLength: 1, maxLength: 4 }), writable, (values, key) => {
        const source = write([
          directive('server', [], [directive('set', values.map(text)), directive(text(key), ['on'])]),
        ])
        expect(readNginx(source)).toEqual([
          { words: ['server'], block: [{ words: ['set', ...values] }, { words: [key, 'on'] }] },
        ])
      }),
    )
  })

  test('keeps the backslashes of a pattern', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z\\.{}();"' $^-]{1,30}$/), source => {
        expect(readNginx(`map ${writeArg(pattern(source))} x;`)).toEqual([{ words: ['map', source, 'x'] }])
      }),
    )
  })

  test('puts a value that looks like configuration in quotes', () => {
    expect(write([directive('server_name', [text('a;return 200')])])).toBe('server_name "a;return 200";\n')
    expect(write([directive('root', [text('/srv/a {b} "c" #d \\e')])])).toBe('root "/srv/a {b} \\"c\\" #d \\\\e";\n')
    expect(write([directive('add_header', ['X', text('')])])).toBe('add_header X "";\n')
  })

  test('has no way from a foreign value to a bare word', () => {
    expect(() => parseHostname('a;return 200')).toThrow()
    expect(() => write([directive('server_name', ['a;return 200'])])).toThrow(/bare word/)
    expect(() => write([directive('server_name', ['$host'])])).toThrow(/bare word/)
    expect(() => write([comment('a\nreturn 200;')])).toThrow(/comment/)
    expect(() => writeArg(reference('host;x'))).toThrow(/variable/)
  })

  test.each([['$host'], ['a\nb'], ['a\u0000b'], ['a\tb'], ['\u007F'], ['\uD800'], ['x'.repeat(4001)]])(
    'refuses %j: nginx has no way to read it',
    value => {
      expect(() => writeArg(text(value))).toThrow(expect.objectContaining({ code: unwritableValue.entry.code }))
    },
  )

  test('writes variables apart from the text around them', () => {
    expect(writeArg(reference('host'))).toBe('$host')
    expect(writeArg(template('http://app', variable('request_uri')))).toBe('http://app$request_uri')
    expect(writeArg(template(variable('scheme'), 'x y'))).toBe('"${scheme}x y"')
    expect(writeArg(template(variable('scheme'), ' y'))).toBe('"$scheme y"')
    expect(() => writeArg(template('$', variable('host')))).toThrow(
      expect.objectContaining({ code: 'unwritable-value' }),
    )
  })
})
