import { findConda } from './conda.ts'
import type { FindClaim } from './manager.ts'
import { findPdm } from './pdm.ts'
import { findPipenv } from './pipenv.ts'
import { findPoetry } from './poetry.ts'
import { findProject } from './project.ts'
import { findPylock } from './pylock.ts'
import { findRequirements } from './requirements.ts'
import { findSetuptools } from './setuptools.ts'
import { findUv } from './uv.ts'

/** THE list of package managers, in the order in which their claims count where no other rule decides. */
export const managers: readonly FindClaim[] = [
  findUv,
  findPoetry,
  findPdm,
  findPipenv,
  findPylock,
  findRequirements,
  findProject,
  findSetuptools,
  findConda,
]
