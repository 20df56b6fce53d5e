import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exec, start } from '../src/kit/exec.ts'
import { text } from 'node:stream/consumers'

/** The layers a server is sent: laid out as they are here, whatever is tried by them. Each is made by Python's own tarfile. */
const agent = join(import.meta.dirname, '..', 'runtime', 'agent')
let state: string
let home: string

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'wherry-layers-'))
  home = join(state, 'shop-production')
  mkdirSync(home)
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

interface Member {
  readonly name: string
  readonly type?: 'file' | 'directory' | 'link' | 'hardlink' | 'fifo' | 'block' | 'character'
  readonly text?: string
  readonly to?: string
  readonly mode?: number
}

const maker = `
import io, json, sys, tarfile
kinds = {"file": tarfile.REGTYPE, "directory": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE,
         "fifo": tarfile.FIFOTYPE, "block": tarfile.BLKTYPE, "character": tarfile.CHRTYPE}
for members in json.load(sys.stdin):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive:
        for member in members:
            info = tarfile.TarInfo(member["name"])
            info.type, info.linkname, info.mode = kinds[member.get("type", "file")], member.get("to", ""), member.get("mode", 0o644)
            data = member.get("text", "").encode()
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    print(out.getvalue().hex())
`

interface Made {
  readonly blob: Buffer
  readonly layer: {
    readonly digest: string
    readonly diffId: string
    readonly size: number
    readonly unpackedSize: number
  }
}

const hash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

function layerOf(tar: Buffer): Made {
  const blob = gzipSync(tar)
  const layer = {
    digest: `sha256:${hash(blob)}`,
    diffId: `sha256:${hash(tar)}`,
    size: blob.length,
    unpackedSize: tar.length,
  }
  return { blob, layer }
}

/** One Python makes many: starting it takes longer than all of them. */
async function makeLayers(all: readonly (readonly Member[])[]): Promise<Made[]> {
  const { stdout, stderr } = await exec(['python3', '-I', '-S', '-c', maker], { input: JSON.stringify(all) })
  expect(stderr).toBe('')
  return stdout
    .trim()
    .split('\n')
    .map(line => layerOf(Buffer.from(line, 'hex')))
}

async function layer(...members: readonly Member[]): Promise<Made> {
  const [made] = await makeLayers([members])
  if (!made) throw new Error('no layer was made')
  return made
}

function keyOf(all: readonly Made[]): string {
  const [first = '', ...rest] = all.map(made => made.layer.diffId)
  return rest.reduce((chain, diff) => `sha256:${hash(`${chain} ${diff}`)}`, first).slice(7)
}

interface Answered {
  readonly key: string
  readonly answers: readonly Record<string, unknown>[]
}

/** Sends a stack, or the part of it after what is there already up to `until`, and hangs up. */
async function send(all: readonly Made[], until = Infinity, key = keyOf(all)): Promise<Answered> {
  const child = start(['python3', '-I', '-S', '-X', 'utf8', agent, 'receive'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const bytes = Buffer.concat(all.map(({ blob }) => blob))
  const part = join(state, 'layers/incoming', `${key}.part`)
  const have = existsSync(part) ? lstatSync(part).size : 0
  child.stdin?.on('error', () => {})
  child.stdin?.write(`${JSON.stringify({ home, key, layers: all.map(made => made.layer) })}\n`)
  child.stdin?.end(bytes.subarray(have, until))
  const said = child.stdout ? await text(child.stdout) : ''
  return {
    key,
    answers: said
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Record<string, unknown>),
  }
}

async function refusal(...all: readonly Made[]): Promise<unknown> {
  const { answers } = await send(all)
  expect(readdirSync(join(state, 'layers')).sort()).toEqual(['incoming', 'used'])
  expect(readdirSync(join(state, 'layers/incoming')).filter(name => !name.endsWith('.lock'))).toEqual([])
  return answers.at(-1)
}

const damaged = (detail: string) => ({ refused: 'damaged-layer', detail: expect.stringContaining(detail) })

const hostile: readonly (readonly [string, readonly Member[], string])[] = [
  ['leads out of the archive', [{ name: '../evil', text: 'x' }], 'leads out'],
  ['leads out in the middle', [{ name: 'a/../../evil', text: 'x' }], 'leads out'],
  ['is absolute', [{ name: '/etc/evil', text: 'x' }], 'no relative path'],
  [
    'goes through a link',
    [
      { name: 'a', type: 'link', to: '/tmp' },
      { name: 'a/evil', text: 'x' },
    ],
    'leads through a link',
  ],
  [
    'goes through a file',
    [
      { name: 'a', text: 'x' },
      { name: 'a/evil', text: 'x' },
    ],
    'leads through a file',
  ],
  ['is a second name of what lies elsewhere', [{ name: 'a', type: 'hardlink', to: '../../etc/passwd' }], 'leads out'],
  ['is a second name of nothing', [{ name: 'a', type: 'hardlink', to: 'etc/passwd' }], 'is no file of this image'],
  [
    'is a second name of a link',
    [
      { name: 'a', type: 'link', to: '/etc/passwd' },
      { name: 'b', type: 'hardlink', to: 'a' },
    ],
    'is no file of this image',
  ],
  ['is a fifo', [{ name: 'a', type: 'fifo' }], 'neither a file'],
  ['is a disk', [{ name: 'a', type: 'block' }], 'neither a file'],
  ['is a device', [{ name: 'a', type: 'character' }], 'neither a file'],
  ['deletes what was not sent', [{ name: '.wh.a', text: '' }], 'deletes files'],
  ['is too long', [{ name: 'a'.repeat(256), text: 'x' }], 'too long'],
]
let made: Promise<Made[]> | undefined

describe('a layer', () => {
  test('is laid out with its modes and links, whatever they lead to', async () => {
    const made = await layer(
      { name: 'bin', type: 'directory', mode: 0o555 },
      { name: 'bin/run', text: 'run', mode: 0o4755 },
      { name: 'bin/again', type: 'hardlink', to: 'bin/run' },
      { name: 'etc/deep/file', text: 'x' },
      { name: 'data', type: 'link', to: '/data' },
      { name: 'up', type: 'link', to: '../../outside' },
      { name: 'größe', text: 'ü' },
    )
    const { key, answers } = await send([made])
    expect(answers).toEqual([{ have: 0 }, { done: true }])
    const place = join(state, 'layers', key)
    expect(readFileSync(join(place, 'bin/again'), 'utf8')).toBe('run')
    expect(lstatSync(join(place, 'bin/run')).mode & 0o7777).toBe(0o755)
    expect(lstatSync(join(place, 'bin')).mode & 0o7777).toBe(0o755)
    expect(readlinkSync(join(place, 'data'))).toBe('/data')
    expect(readlinkSync(join(place, 'up'))).toBe('../../outside')
    expect(readFileSync(join(place, 'größe'), 'utf8')).toBe('ü')
    expect(lstatSync(join(place, 'etc/deep/file')).mtimeMs).toBe(315_532_800_000)
    // Sent again, nothing is.
    expect((await send([made])).answers).toEqual([{ done: true }])
  })

  test('is gone on with where the connection broke, byte by byte the same', async () => {
    const made = await layer({ name: 'large', text: 'abc'.repeat(100_000) })
    for (const until of [0, 1, 100]) {
      const { key, answers } = await send([made], until)
      expect(answers.at(-1)).not.toHaveProperty('done')
      expect(existsSync(join(state, 'layers', key))).toBe(false)
    }
    const { key, answers } = await send([made])
    expect(answers).toEqual([{ have: 100 }, { done: true }])
    expect(readFileSync(join(state, 'layers', key, 'large'), 'utf8')).toBe('abc'.repeat(100_000))
  })

  test.each(hostile.map(([what, , why], i) => [what, i, why] as const))(
    'that %s is refused, and nothing of it stays',
    async (_, i, why) => {
      made ??= makeLayers(hostile.map(([, members]) => members))
      const one = (await made)[i]
      expect(one && (await refusal(one))).toMatchObject(damaged(why))
      expect(existsSync('/etc/evil') || existsSync('/tmp/evil') || existsSync(join(state, 'evil'))).toBe(false)
    },
  )

  test('a name that is used twice is the last one’s, a link as well as a file', async () => {
    const { key } = await send([
      await layer({ name: 'a', type: 'link', to: '/etc/passwd' }, { name: 'a', text: 'own' }),
    ])
    expect(readFileSync(join(state, 'layers', key, 'a'), 'utf8')).toBe('own')
  })

  test('of other bytes than it was announced with is refused', async () => {
    const made = await layer({ name: 'a', text: 'x' })
    const wrong = { digest: `sha256:${'0'.repeat(64)}` }
    expect(await refusal({ ...made, layer: { ...made.layer, ...wrong } })).toMatchObject(damaged('other bytes'))
    const small = { ...made, layer: { ...made.layer, unpackedSize: 100 } }
    expect(await refusal(small)).toMatchObject(damaged('more comes out'))
    const cut = layerOf(gunzipSync(made.blob).subarray(0, 700))
    expect(await refusal(cut)).toMatchObject({ refused: 'damaged-layer' })
    const noGzip = Buffer.from('no gzip at all')
    const other = { blob: noGzip, layer: { ...made.layer, digest: `sha256:${hash(noGzip)}`, size: noGzip.length } }
    expect(await refusal(other)).toMatchObject({ refused: 'damaged-layer' })
  })

  test('whose tar has another hash than it is named by is refused', async () => {
    const [made, named] = [await layer({ name: 'a', text: 'x' }), await layer({ name: 'b', text: 'x' })]
    const wrong = { ...made, layer: { ...made.layer, diffId: named.layer.diffId } }
    expect(await refusal(wrong)).toMatchObject(damaged('another hash'))
  })

  test('is put in no other place than its own', async () => {
    const made = await layer({ name: 'a', text: 'x' })
    for (const key of ['0'.repeat(64), '../../evil', ''])
      expect((await send([made], Infinity, key)).answers).toEqual([expect.objectContaining({ refused: 'bad-request' })])
  })
})

describe('layers of a foreign base', () => {
  test('are laid out on each other, with what they delete applied', async () => {
    const { key } = await send([
      await layer(
        { name: 'kept', text: '1' },
        { name: 'gone', text: '1' },
        { name: 'emptied/old', text: '1' },
        { name: 'emptied/deep/old', text: '1' },
      ),
      await layer(
        { name: '.wh.gone' },
        { name: 'emptied/new', text: '2' },
        { name: 'emptied/.wh..wh..opq' },
        { name: 'kept', text: '2' },
      ),
    ])
    const place = join(state, 'layers', key)
    expect(readdirSync(place).sort()).toEqual(['emptied', 'kept'])
    expect(readdirSync(join(place, 'emptied'))).toEqual(['new'])
    expect(readFileSync(join(place, 'kept'), 'utf8')).toBe('2')
  })
})

test('a sweep removes what nothing names and nobody asked for since a day', async () => {
  const names = ['named', 'fresh', 'old']
  const keys: string[] = []
  for (const name of names) keys.push((await send([await layer({ name, text: name })])).key)
  const place = (key = ''): string => join(state, 'layers', key)
  const release = join(home, 'releases', '1')
  mkdirSync(release, { recursive: true })
  writeFileSync(join(release, 'web.json'), JSON.stringify({ layers: [place(keys[0])] }))
  for (const key of [keys[0], keys[2]]) utimesSync(join(state, 'layers/used', key ?? ''), 0, 0)
  const program = 'import sys; sys.path.insert(0, sys.argv[1]); import layers; layers.sweep(sys.argv[2])'
  const { code, stderr } = await exec(['python3', '-I', '-S', '-c', program, agent, state])
  expect(code, stderr).toBe(0)
  expect(keys.map(key => existsSync(place(key)))).toEqual([true, true, false])
})
