import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Container } from '../../src/engines/engine.ts'
import { makePlace, odd, type Place } from '../support/sandbox-place.ts'

/** What sandboxes do beyond the contract of all engines (engine-contract.test.ts). */
describe.each(['root', 'user'] as const)('started by %s', who => {
  let place: Place
  beforeAll(async () => {
    place = await makePlace(who)
  })
  afterAll(() => place.remove())

  /** Runs Python code inside; what it puts into `told` comes back. */
  const ask = async (code: string, change: Partial<Container> = {}): Promise<unknown> => {
    const wrapped = `import os, json\ntold = {}\n${code}\nprint(json.dumps(told))`
    const result = await place.engine.run(place.container(wrapped, change))
    expect(result).toMatchObject({ code: 0, stderr: '' })
    return JSON.parse(result.stdout)
  }

  test('the machine is out of sight', async () => {
    const code = `
told['names'] = sorted(os.listdir('/'))
told['seen'] = [p for p in (${JSON.stringify(place.path)}, '/home', '/var/lib', '/sys/kernel', '/dev/mem') if os.path.exists(p)]
told['up'] = sorted(os.listdir('/../../..')) == told['names']
told['root'] = os.readlink('/proc/self/root')
told['kcore'] = os.path.exists('/proc/kcore') and os.path.getsize('/proc/kcore')`
    expect(await ask(code)).toMatchObject({
      names: ['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'run', 'srv', 'sys', 'tmp', 'usr'],
      seen: [],
      up: true,
      root: '/',
    })
  })

  test('the kernel cannot be asked for more', async () => {
    const code = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def refused(*call):
    ctypes.set_errno(0)
    return [libc.syscall(*call), ctypes.get_errno()]
x86 = os.uname().machine == 'x86_64'
told['unshare'] = refused(272 if x86 else 97, 0x10000000)
told['clone'] = refused(56 if x86 else 220, 0x10000000 | 17, 0, 0, 0, 0)
told['clone3'] = refused(435, 0, 0)
told['mount'] = [libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), ctypes.get_errno()]
told['bpf'] = refused(321 if x86 else 280, 0, 0, 0)
told['typing'] = [libc.ioctl(0, 0x5412, b'x'), ctypes.get_errno()]`
    const [eperm, enosys] = [
      [-1, 1],
      [-1, 38],
    ]
    expect(await ask(code)).toEqual({
      unshare: eperm,
      clone: eperm,
      clone3: enosys,
      mount: eperm,
      bpf: eperm,
      typing: eperm,
    })
  })

  test('abstract sockets of the machine are out of reach where the kernel can scope them', async () => {
    const { createServer } = await import('node:net')
    const name = `wherry-${process.pid}-${who}`
    const server = createServer(socket => socket.end())
    await new Promise<void>(resolve => server.listen(`\0${name}`, resolve))
    const code = `
import ctypes, socket
told['landlock'] = ctypes.CDLL(None).syscall(444, None, 0, 1) >= 6
def reach(name):
    try:
        socket.socket(socket.AF_UNIX).connect(chr(0) + name)
        return True
    except PermissionError:
        return False
own = socket.socket(socket.AF_UNIX)
own.bind(chr(0) + 'own-${name}')
own.listen()
told['own'] = reach('own-${name}')
told['outside'] = reach('${name}')`
    const told = (await ask(code, { network: 'host' })) as { landlock: boolean }
    expect(told).toMatchObject({ own: true, outside: !told.landlock })
    expect(await ask(code.replace('except PermissionError', 'except OSError'))).toMatchObject({
      own: true,
      outside: false,
    })
    server.close()
  })

  test('a link in a layer does not lead a mount out of the image', async () => {
    const outside = place.directory('outside')
    const layer = place.directory('links')
    symlinkSync(outside, join(layer, 'data'))
    symlinkSync('../../../../../../../..' + outside, join(layer, 'up'))
    const mounts = ['/data/one', '/up/two'].map(to => ({ from: place.directory('empty'), to, readonly: true }))
    const layers = [place.layer, layer]
    const code = `told['there'] = [os.path.isdir(p) for p in ('/data/one', '/up/two')]`
    expect(await ask(code, { mounts, layers })).toEqual({ there: [true, true] })
    expect(readdirSync(outside)).toEqual([])
  })

  test('what is shown below a directory of root’s alone is reached, and the machine’s directories stay as they are', async () => {
    const [layer, closed] = [place.directory('closed'), place.directory('closed/root')]
    const [from, inner] = [place.directory('shown'), place.directory('shown/inner')]
    place.directory('shown/inner/deep')
    writeFileSync(join(from, 'file'), 'read')
    for (const directory of [closed, inner]) chmodSync(directory, 0o700)
    const mounts = [
      { from, to: '/root/.local/state', readonly: true },
      { from: place.directory('empty'), to: '/root/.local/state/inner/deep', readonly: true },
    ]
    const code = `told['text'] = open('/root/.local/state/file').read()`
    expect(await ask(code, { mounts, layers: [place.layer, layer] })).toEqual({ text: 'read' })
    expect(statSync(inner).mode & 0o777).toBe(0o700)
    expect(statSync(closed).mode & 0o777).toBe(0o700)
  })

  test('the upper of 200 layers wins, whatever they are called', async () => {
    const layers = Array.from({ length: 200 }, (_, n) => {
      const path = join(place.directory('many'), `${n} ${odd} ${'long'.repeat(20)}`)
      mkdirSync(path)
      writeFileSync(join(path, 'top'), String(n))
      writeFileSync(join(path, `only-${n}`), '')
      return path
    })
    place.directory('many')
    const code = `told['top'] = open('/top').read()\ntold['count'] = sum(n.startswith('only-') for n in os.listdir('/'))`
    expect(await ask(code, { layers: [place.layer, ...layers] })).toEqual({ top: '199', count: 200 })
  })
})
