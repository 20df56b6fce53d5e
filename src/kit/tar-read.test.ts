import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TarError } from './tar-error.ts'
import { readTar, type TarLimits } from './tar-read.ts'

const encoder = new TextEncoder()

interface Made {
  readonly name: string
  readonly flag?: string
  readonly body?: Uint8Array
  readonly link?: string
  readonly mode?: number
  readonly size?: string
}

/** A tar member by hand, so that broken ones can be made. */
function member({ name, flag = '0', body = new Uint8Array(0), link = '', mode = 0o644, size }: Made): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write(mode.toString(8).padStart(7, '0'), 100)
  header.write('0000000', 108)
  header.write('0000000', 116)
  header.write(size ?? body.length.toString(8).padStart(11, '0'), 124)
  header.write('00000000017', 136)
  header.write('        ', 148)
  header.write(flag, 156)
  header.write(link, 157, 100)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

const pax = (records: Readonly<Record<string, string>>, flag = 'x'): Buffer => {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    const plain = Buffer.byteLength(rest)
    let length = plain + 1
    while (String(length).length + plain !== length) length += 1
    return `${length}${rest}`
  })
  return member({ name: 'pax', flag, body: encoder.encode(lines.join('')) })
}

const end = Buffer.alloc(1024)

async function read(bytes: Uint8Array, chunk = 1000, limits?: TarLimits): Promise<object[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
  }
  const found: object[] = []
  for await (const { path, type, size, link, body } of readTar(source(), limits)) {
    const text = Buffer.concat(await Array.fromAsync(body())).toString()
    found.push({ path, type, size, link, text })
  }
  return found
}

test('bodies come whole whatever the pieces they arrive in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ maxLength: 1500 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 2000 }),
      async (texts, chunk) => {
        const members = texts.map((text, i) => member({ name: `f${i}`, body: encoder.encode(text) }))
        const found = await read(Buffer.concat([...members, end]), chunk)
        expect(found.map(each => (each as { text: string }).text)).toEqual(texts)
      },
    ),
    { numRuns: 40 },
  )
})

test('long names, links and directories are read in each dialect', async () => {
  const long = 'd/'.repeat(80) + 'name'
  const archive = Buffer.concat([
    pax({ path: `${long}é` }),
    member({ name: 'short' }),
    member({ name: '././@LongLink', flag: 'L', body: encoder.encode(`${long}\0`) }),
    member({ name: 'cut', flag: '2', link: 'target' }),
    member({ name: 'old/', flag: '0' }),
    member({ name: 'copy', flag: '1', link: 'short' }),
    pax({ comment: 'for all' }, 'g'),
    member({ name: 'last', flag: '5' }),
    end,
  ])
  expect(await read(archive)).toEqual([
    { path: `${long}é`, type: 'file', size: 0, link: '', text: '' },
    { path: long, type: 'symlink', size: 0, link: 'target', text: '' },
    { path: 'old/', type: 'directory', size: 0, link: '', text: '' },
    { path: 'copy', type: 'hardlink', size: 0, link: 'short', text: '' },
    { path: 'last', type: 'directory', size: 0, link: '', text: '' },
  ])
})

test('a body that is not read is passed over', async () => {
  const archive = Buffer.concat([member({ name: 'a', body: new Uint8Array(700) }), member({ name: 'b' }), end])
  const names: string[] = []
  for await (const { path } of readTar(
    (async function* () {
      yield archive
    })(),
  ))
    names.push(path)
  expect(names).toEqual(['a', 'b'])
})

const bad: Readonly<Record<string, Uint8Array>> = {
  'a wrong checksum': (() => {
    const broken = member({ name: 'a' })
    broken[0] = 98
    return broken
  })(),
  'an end inside a body': member({ name: 'a', body: new Uint8Array(600) }).subarray(0, 900),
  'an end inside a header': member({ name: 'a' }).subarray(0, 300),
  'a number that is none': member({ name: 'a', size: '0000000zz' }),
  'an unknown type': member({ name: 'a', flag: 'Z' }),
  'a sparse file': Buffer.concat([pax({ 'GNU.sparse.major': '1' }), member({ name: 'a' })]),
  'a huge long name': member({ name: 'a', flag: 'L', size: '77777777777' }),
  'a size no integer holds': Buffer.concat([pax({ size: '9'.repeat(30) }), member({ name: 'a' })]),
}
for (const [what, bytes] of Object.entries(bad)) {
  test(`refused: ${what}`, async () => {
    await expect(read(bytes)).rejects.toBeInstanceOf(TarError)
  })
}

test('limits hold', async () => {
  const archive = Buffer.concat([member({ name: 'a', body: new Uint8Array(10) }), member({ name: 'b' }), end])
  await expect(read(archive, 512, { members: 1 })).rejects.toThrow('more than 1 members')
  await expect(read(archive, 512, { bytes: 9 })).rejects.toThrow('more than 9 bytes')
})

test('arbitrary bytes never hang or crash the reader', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async bytes => {
      await read(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(TarError))
    }),
  )
})
