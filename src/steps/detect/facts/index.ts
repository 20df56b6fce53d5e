import type { Config } from '../../../config/schema.ts'
import type { Project, StaticFact } from '../../../model/project.ts'
import type { FrontEnds } from '../front-end/index.ts'
import { findServices } from '../services/index.ts'
import { findData } from './data.ts'
import type { Ground } from './ground.ts'
import { findLibraries } from './libraries.ts'
import { findMigrations } from './migrations.ts'
import { findProcesses } from './processes.ts'
import { findSecrets } from './secrets.ts'
import { findStatics } from './statics.ts'
import { findTests } from './tests.ts'

/** What there is to know once the app and its packages are: each fact by itself, none depending on another. */
export type Facts = Pick<
  Project,
  | 'statics'
  | 'frontEnds'
  | 'processes'
  | 'migrations'
  | 'tests'
  | 'systemLibraries'
  | 'data'
  | 'secrets'
  | 'services'
  | 'notes'
>

export async function findFacts(ground: Ground, config: Pick<Config, 'front-end'>): Promise<Facts> {
  const { frontEnds, statics } = await findAssets(ground, config['front-end'])
  const { processes, notes } = findProcesses(ground)
  const connected = findServices(ground)
  return {
    statics,
    frontEnds: frontEnds.facts,
    processes,
    migrations: findMigrations(ground),
    tests: findTests(ground),
    systemLibraries: findLibraries(ground),
    data: findData(ground),
    secrets: findSecrets(ground),
    services: connected.services,
    notes: [...notes, ...frontEnds.notes, ...connected.notes],
  }
}

/** What is served and what builds it. A directory that is neither committed nor built is made at run time: the app's own business. */
async function findAssets(
  ground: Ground,
  asked: Config['front-end'],
): Promise<{ frontEnds: FrontEnds; statics: readonly StaticFact[] }> {
  const wanted = findStatics(ground, () => true)
  const frontEnds = await findScripted(ground, wanted, asked)
  const outputs = frontEnds.facts.flatMap(fact => fact.outputs)
  const isThere = (directory: string): boolean =>
    ground.checkout.hasDirectory(directory) ||
    outputs.some(output => `${output}/`.startsWith(`${directory}/`) || directory.startsWith(`${output}/`))
  return { frontEnds, statics: findStatics(ground, isThere) }
}

/** Loaded where there is a package.json only: most apps have none. */
async function findScripted(
  ground: Ground,
  statics: readonly StaticFact[],
  asked: Config['front-end'],
): Promise<FrontEnds> {
  if (!ground.checkout.files.some(file => file.endsWith('package.json'))) return { facts: [], notes: [] }
  return (await import('../front-end/index.ts')).findFrontEnds(ground, statics, asked)
}
