import { posix } from 'node:path'
import { architectures, ownArchitecture, type Architecture } from '../kit/architecture.ts'
import type { Platform } from '../model/lock.ts'
import type { Detected } from '../steps/detect/index.ts'
import { otherPlatform } from '../steps/image/errors.ts'
import type { ImageRequest } from '../steps/image/index.ts'
import type { ShipOptions } from './values.ts'

/** What the image step is handed of what was detected, and of what is asked for. */
export function requestOf(
  detected: Detected,
  { platform }: Pick<ShipOptions, 'platform'>,
): Pick<ImageRequest, 'wanted' | 'checkout' | 'libraries' | 'architecture'> {
  return {
    wanted: { ...detected.packages, directory: seenFromLock(detected) },
    checkout: detected.checkout,
    libraries: detected.project.systemLibraries,
    architecture: architectureFor(detected, platform),
  }
}

/** The image's: as asked for now, else as the config says, else this machine's. */
export function architectureFor({ config }: Pick<Detected, 'config'>, asked: Platform | undefined): Architecture {
  const platform = asked ?? config.image?.platform
  return architectures.find(each => platform === `linux/${each}`) ?? ownArchitecture
}

/** Throws `other-platform` where an image is to run on this machine that cannot. */
export function refuseOther(detected: Pick<Detected, 'config'>, asked: Platform | undefined): void {
  const architecture = architectureFor(detected, asked)
  if (architecture === ownArchitecture) return
  throw otherPlatform({
    what: `An image for linux/${architecture} does not run here: this machine is linux/${ownArchitecture}.`,
    why: asked === undefined ? 'image.platform in wherry.toml asks for it' : `--platform ${asked} asks for it`,
    next: `wherry up --platform linux/${ownArchitecture}   runs this machine's own image, of the same versions`,
  })
}

/** Where the app lies as its lock sees it: a workspace's lock stands above its members. */
function seenFromLock({ packages, project }: Detected): string {
  const { lock } = packages.fact
  return lock === null ? '.' : posix.relative(posix.dirname(lock), project.root) || '.'
}
