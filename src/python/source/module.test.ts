import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readModule } from './module.ts'
import { finalBinding, scopeOf } from './scope.ts'
import { walk } from './statement.ts'
import { dotted, stringOf, type Value } from './value.ts'

/** The value that `x = …` assigns. */
function valueOf(expression: string): Value | null {
  const [statement] = readModule(`x = ${expression}\n`).body
  return statement?.kind === 'assign' ? statement.value : null
}

describe('values', () => {
  test.each([
    ['"a\\n\\x41\\u00e9"', 'a\nAé'],
    ["r'a\\n'", 'a\\n'],
    ['"a" \'b\'', 'ab'],
    ['"""a\n"b" """', 'a\n"b" '],
    ['("a")', 'a'],
    ['f"a{{b}}"', 'a{b}'],
  ])('%s is text', (source, text) => expect(stringOf(valueOf(source))).toBe(text))

  test('bytes are no text', () => expect(valueOf('b"a"')?.kind).toBe('unknown'))

  test('an f-string keeps what is known, and what is not as values', () => {
    expect(valueOf('f"a{b.c}d"')).toMatchObject({
      kind: 'format',
      parts: ['a', null, 'd'],
      replaced: [{ kind: 'attribute', name: 'c' }],
    })
  })

  test('a call has its callee, arguments and keywords', () => {
    const call = valueOf('a.b(1, *c, d="e", **f)')
    if (call?.kind !== 'call') throw new Error('no call')
    expect(dotted(call.callee)).toBe('a.b')
    expect(call.args.map(value => value.kind)).toEqual(['number', 'star', 'star'])
    expect([...call.keywords.keys()]).toEqual(['d'])
  })

  test.each([
    ['a if b else c', 2],
    ['a or b', 2],
  ])('%s may be either', (source, options) => {
    const value = valueOf(source)
    expect(value?.kind === 'either' ? value.options.length : null).toBe(options)
  })

  test('deep nesting is cut, not followed', () => {
    expect(valueOf(`${'('.repeat(3000)}1${')'.repeat(3000)}`)).not.toBeNull()
    expect(readModule(`x = ${'a+'.repeat(1000)}a\n`).fault).toBeNull()
  })
})

describe('statements', () => {
  const kinds = (text: string): string[] =>
    [...walk(readModule(text).body)].map(({ statement, guard, tried, fallback }) =>
      [statement.kind, guard, tried && 'tried', fallback && 'fallback'].filter(Boolean).join(' '),
    )

  test('the main guard and type checking are told apart', () => {
    expect(kinds('if __name__ == "__main__":\n  a()\nelse:\n  b()\nif TYPE_CHECKING:\n  import c\n')).toEqual([
      'block',
      'expression main',
      'expression fallback',
      'block',
      'import typing',
    ])
  })

  test('imports that may fail, and what stands in for them', () => {
    expect(kinds('try:\n  import a\nexcept ImportError:\n  a = None\n')).toEqual([
      'block',
      'import tried',
      'assign fallback',
    ])
  })

  test('relative imports with names, aliases and stars', () => {
    expect(readModule('from ..a.b import (c as d, e)\nfrom . import *\nimport f.g as h, i.j\n').body).toMatchObject([
      {
        level: 2,
        module: 'a.b',
        names: [
          { name: 'c', as: 'd' },
          { name: 'e', as: null },
        ],
      },
      { level: 1, module: '', names: [{ name: '*' }] },
      {
        names: [
          { module: 'f.g', as: 'h' },
          { module: 'i.j', as: null },
        ],
      },
    ])
  })

  test('functions: parameters, decorators, types', () => {
    expect(
      readModule('@a.b("c")\nasync def f(x, /, y: int = 3, *rest, z=None, **more) -> g.H: pass\n').body,
    ).toMatchObject([
      {
        kind: 'function',
        async: true,
        name: 'f',
        decorators: [{ kind: 'call' }],
        returns: { kind: 'attribute', name: 'H' },
        parameters: [
          { name: 'x', star: '', value: null },
          { name: 'y', star: '', value: { kind: 'number' } },
          { name: 'rest', star: '*' },
          { name: 'z', star: '', value: { kind: 'constant' } },
          { name: 'more', star: '**' },
        ],
      },
    ])
  })

  test('the last binding counts, a fallback only without another', () => {
    const scope = scopeOf(
      readModule('a = 1\na = 2\ntry:\n  b = 1\nexcept E:\n  b = None\nif __name__ == "__main__":\n  a = 3\n').body,
    )
    expect([finalBinding(scope, 'a')?.line, finalBinding(scope, 'b')?.line, finalBinding(scope, 'c')]).toEqual([
      2,
      4,
      null,
    ])
  })

  test('unpacking, with and for bind names', () => {
    const { names } = scopeOf(readModule('a, (b, c) = f()\nwith g() as d:\n  pass\nfor e in h():\n  pass\n').body)
    expect([...names.keys()]).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})

describe('faults', () => {
  test.each([
    ['def f(:\n  pass\n', 1],
    ['x = 1\nif x\n  y = 1\n', 2],
    ['<<<<<<< HEAD\nx = 1\n', 1],
    ['x = "abc\ny = 3\n', 1],
    ['from x import\n', 1],
  ])('%j', (text, line) => expect(readModule(text).fault).toMatchObject({ line, python2: false }))

  test('a bracket that is never closed', () => expect(readModule('x = f(\n\ny = 3\n').fault).not.toBeNull())

  test.each([
    'print "x"\n',
    'exec "x"\n',
    'try:\n  f()\nexcept E, e:\n  pass\n',
    'raise E, "x"\n',
    'x = `y`\n',
    'x = 0777\n',
  ])('Python 2: %j', text => expect(readModule(text).fault).toMatchObject({ python2: true }))

  /** What the grammar does not know but Python does. */
  test.each([
    'x = yield\n',
    'x = 24.*3600.\n',
    'with f() as (a, b):\n  pass\n',
    'with (a as b, c as d):\n  pass\n',
    'match x:\n  case A():\n    pass\n',
    'x = t"a{b}"\n',
    'x: tuple[*Ts]\n',
    'for a, *b in c:\n  pass\n',
    'print(1, file=f)\nprint >> f, 1\n',
    'try:\n  f()\nexcept A, B:\n  pass\n',
    'try:\n  f()\nexcept* E as e:\n  pass\n',
    'def f[T](x: T) -> T: ...\n',
    'x = a \\\n\n',
    '\f\nx = 1\n\t',
    '',
    '# only a comment',
  ])('none in %j', text => expect(readModule(text).fault?.python2 ?? false).toBe(text.includes('print >>')))

  test('any text is read, and lines are within it', () => {
    const token = fc.constantFrom(
      'def ',
      'f',
      '(',
      ')',
      ':',
      '\n',
      '  ',
      '"',
      "'",
      'import ',
      'from ',
      '.',
      ',',
      '=',
      '{',
      '}',
      '\\',
      '#',
      'if ',
      '\t',
      '\u0000',
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), tokens => {
        const text = tokens.join('')
        const { fault } = readModule(text)
        expect(fault === null || (fault.line >= 1 && fault.line <= text.split('\n').length + 1)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
