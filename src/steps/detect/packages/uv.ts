import { claimTool } from './tool.ts'
import type { FindClaim } from './manager.ts'

/** uv: `uv.lock`, or a `[tool.uv]` table. A member of a workspace is locked by the lock of a directory above it. */
export const findUv: FindClaim = place => claimTool(place, { manager: 'uv', lock: 'uv.lock' })
