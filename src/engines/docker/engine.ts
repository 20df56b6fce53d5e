import { openCache, type Cache } from '../../kit/cache.ts'
import type { Container, Engine } from '../engine.ts'
import { clearAway } from './clear.ts'
import { connectDaemon } from './daemon.ts'
import type { Workshop } from './make.ts'
import { runContainer } from './run.ts'
import { startContainer } from './start.ts'

export interface DockerOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cache?: Cache
  /** Who uses the engine; the user of this process without it. */
  readonly caller?: Container['user']
}

/** Docker or podman, whichever is named, through its HTTP API; neither's command is needed. Throws `engine-unavailable`. */
export async function dockerEngine(name: 'docker' | 'podman', options: DockerOptions = {}): Promise<Engine> {
  const daemon = await connectDaemon(name, options.env)
  await clearAway(daemon)
  const workshop: Workshop = {
    daemon,
    cache: options.cache ?? openCache(),
    caller: options.caller ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    loading: new Map(),
  }
  return {
    name: daemon.name,
    sharesFiles: daemon.sharesFiles,
    run: (container, runOptions) => runContainer(workshop, container, runOptions),
    start: (container, startOptions) => startContainer(workshop, container, startOptions),
  }
}
