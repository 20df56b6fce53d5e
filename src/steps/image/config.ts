import type { ImageConfig } from '../../model/image.ts'
import type { BaseLock, Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import { pathOn, type Ground } from './ground.ts'
import { entrypoint, workingDirectory } from './launch.ts'
import type { ServedStatic } from './statics/index.ts'

/** Label of the static files: JSON of {url, directory}[], so that whoever runs the image knows what nginx may serve. */
export const staticsLabel = 'dev.wherry.statics'

/** The image's config. Everything in it follows from the inputs; the date is the one all files carry. */
export function imageConfig(plan: Plan, lock: Lock, statics: readonly ServedStatic[], ground: Ground): ImageConfig {
  return {
    architecture: lock.base.architecture,
    user: '10001:10001',
    env: {
      ...ground.env,
      PATH: pathOn(ground),
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
      ...baseLabels(lock.base),
      [staticsLabel]: JSON.stringify(statics),
    },
    created: '1980-01-01T00:00:00Z',
  }
}

/** What scanners and rebuilders read of the image below (image-spec annotations.md). */
function baseLabels(base: BaseLock): Record<string, string> {
  if (base.kind === 'debian') return {}
  return {
    'org.opencontainers.image.base.name': base.name,
    'org.opencontainers.image.base.digest': base.reference.slice(base.reference.indexOf('@') + 1),
  }
}
