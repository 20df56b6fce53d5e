import type { ServePlan } from '../../../model/plan.ts'

/** What Wherry adds when the app brings no server, newest that its tests ran with first; the last is taken where pins exclude it. */
const servers: Readonly<Record<string, readonly (readonly string[])[]>> = {
  gunicorn: [['gunicorn==27.0.1'], ['gunicorn>=21']],
  uvicorn: [
    // uvloop and httptools make it fast; without a WebSocket library every upgrade fails.
    ['uvicorn==0.54.0', 'uvloop', 'httptools', 'websockets'],
    ['uvicorn>=0.30', 'uvloop', 'httptools', 'websockets'],
    ['uvicorn'],
  ],
}

/** Requests to try in turn; empty when the app's own packages bring the server. */
export function serverRequests(plan: ServePlan): readonly (readonly string[])[] {
  if (!plan.addServer) return []
  return servers[plan.server] ?? [[plan.server]]
}
