import { z } from 'zod'
import { list } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import { layersIn, planEnvironment, specsOf, userOf } from '../containers.ts'
import { staticName } from '../edge.ts'
import type { DeployRequest } from '../host.ts'
import type { ReleaseRecord } from '../observation.ts'
import type { ServiceWish } from '../services.ts'
import type { HostSandbox } from '../transport.ts'
import type { Work } from '../work.ts'
import { describeSecrets, namesNeeded } from './secrets.ts'
import type { Told } from './services.ts'

export interface Surroundings {
  readonly sandbox: HostSandbox
  readonly services: readonly ServiceWish[]
  /** What the app is told of its services, once they are there. */
  readonly told: () => Told
}

/** Makes the release's directories: static files, what its processes run with, its record. Missing secrets are made here. */
export function stage(
  work: Work,
  request: DeployRequest,
  record: Omit<ReleaseRecord, 'secrets' | 'state' | 'file'>,
  { sandbox, services, told }: Surroundings,
): Operation {
  const { made } = request
  const place = { home: work.agent.home, release: record.number, services }
  return {
    title: `stage release ${record.number}`,
    describe: () => [
      `image ${made.image.digest}`,
      ...made.statics.map(({ url, directory }) => `static ${url} from ${directory}`),
      ...describeSecrets(request),
    ],
    async run() {
      const answer = await work.lease.change(
        'stage',
        {
          release: record.number,
          owner: userOf(made.image.config).uid,
          layers: layersIn(made.layers, sandbox),
          statics: made.statics.map(({ url, directory }) => ({ url, name: staticName(url), directory })),
          public: { release: record.number, image: record.image },
          record,
          specs: specsOf(request, place, sandbox),
          secrets: namesNeeded(request),
          secretFiles: request.plan.secretFiles,
          env: { plan: planEnvironment(request), services: told(), given: request.env ?? {} },
        },
        z.object({ made: z.array(z.string()) }),
      )
      if (answer.made.length === 0) return
      const text = `made a value for ${list(answer.made)}, kept for this environment`
      work.report({ step: 'release', level: 'info', text })
    },
    async undo() {
      await work.lease.change('discard', { release: record.number })
    },
  }
}
