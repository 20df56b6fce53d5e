import type { ImageConfig } from '../../model/image.ts'
import type { Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import { entrypoint, workingDirectory } from './launch.ts'
import type { ServedStatic } from './statics/index.ts'

/** Label of the static files: JSON of {url, directory}[], so that whoever runs the image knows what nginx may serve. */
export const staticsLabel = 'dev.wherry.statics'

/** The image's config. Everything in it follows from the inputs; the date is the one all files carry. */
export function imageConfig(plan: Plan, lock: Lock, statics: readonly ServedStatic[]): ImageConfig {
  return {
    architecture: lock.base.architecture,
    user: '10001:10001',
    env: {
      PATH: '/venv/bin:/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      // The root is read-only, and every file that is imported has its bytecode already.
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
    },
    entrypoint,
    command: ['web'],
    workingDirectory: workingDirectory(plan),
    labels: {
      'org.opencontainers.image.title': plan.name,
      [staticsLabel]: JSON.stringify(statics),
    },
    created: '1980-01-01T00:00:00Z',
  }
}
