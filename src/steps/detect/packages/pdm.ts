import { claimTool } from './tool.ts'
import type { FindClaim } from './manager.ts'

/** PDM: `pdm.lock`, or a `[tool.pdm]` table. */
export const findPdm: FindClaim = place => claimTool(place, { manager: 'pdm', lock: 'pdm.lock' })
