import { posix } from 'node:path'
import { ownArchitecture } from '../kit/architecture.ts'
import type { Detected } from '../steps/detect/index.ts'
import type { ImageRequest } from '../steps/image/index.ts'

/** What the image step is handed of what was detected. */
export function requestOf(
  detected: Detected,
): Pick<ImageRequest, 'wanted' | 'checkout' | 'libraries' | 'architecture'> {
  return {
    wanted: { ...detected.packages, directory: seenFromLock(detected) },
    checkout: detected.checkout,
    libraries: detected.project.systemLibraries,
    architecture: ownArchitecture,
  }
}

/** Where the app lies as its lock sees it: a workspace's lock stands above its members. */
function seenFromLock({ packages, project }: Detected): string {
  const { lock } = packages.fact
  return lock === null ? '.' : posix.relative(posix.dirname(lock), project.root) || '.'
}
