import { claimTool } from './tool.ts'
import type { FindClaim } from './manager.ts'

/** Poetry: `poetry.lock`, or dependencies in `[tool.poetry]`. */
export const findPoetry: FindClaim = place => claimTool(place, { manager: 'poetry', lock: 'poetry.lock' })
