import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dockerEngine } from '../../src/engines/docker/engine.ts'
import type { Container, Engine } from '../../src/engines/engine.ts'
import { openCache } from '../../src/kit/cache.ts'
import { startDockerd } from './dockerd.ts'
import { startPodman } from './podman.ts'
import { makePythonLayer } from './python-layer.ts'
import { makePlace, odd, usual } from './sandbox-place.ts'

/** Where an engine runs containers of a small Python layer, whichever engine it is. */
export interface EnginePlace {
  readonly path: string
  readonly layer: string
  readonly engine: Engine
  /** Where docker or podman answer; none for a sandbox. */
  readonly env?: Readonly<Record<string, string>>
  /** A directory of whoever runs containers here. */
  directory(name: string): string
  /** A container that runs Python code. */
  container(code: string, change?: Partial<Container>): Container
  remove(): Promise<void>
}

export const engineKinds = ['sandbox of root', 'sandbox of a user', 'docker', 'podman'] as const

export async function openEnginePlace(kind: (typeof engineKinds)[number]): Promise<EnginePlace> {
  if (kind === 'docker' || kind === 'podman') return daemonPlace(kind)
  const place = await makePlace(kind === 'sandbox of root' ? 'root' : 'user')
  return {
    ...place,
    async remove() {
      place.remove()
    },
  }
}

async function daemonPlace(kind: 'docker' | 'podman'): Promise<EnginePlace> {
  const daemon = kind === 'docker' ? await startDockerd() : await startPodman()
  const path = mkdtempSync(`/tmp/wherry-${kind}-`)
  chmodSync(path, 0o755)
  const layer = join(path, odd)
  await makePythonLayer(layer)
  const env = { DOCKER_HOST: daemon.host, CONTAINER_HOST: daemon.host }
  return {
    path,
    layer,
    env,
    engine: await dockerEngine(kind, { env, cache: openCache(join(path, 'cache')) }),
    directory(name) {
      mkdirSync(join(path, name), { recursive: true })
      return join(path, name)
    },
    container: (code, change = {}) => ({
      ...usual,
      layers: [layer],
      argv: ['python3', '-I', '-B', '-c', code],
      ...change,
    }),
    async remove() {
      await daemon.stop()
      rmSync(path, { recursive: true, force: true })
    },
  }
}
