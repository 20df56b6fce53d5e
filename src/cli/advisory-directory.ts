import { join } from 'node:path'
import type { Detected } from '../steps/detect/index.ts'
import { noAdvisoryData } from '../steps/image/account/errors.ts'

/** Where OSV records lie: as given, else as the environment says, else the config; null where nobody says. */
export function advisoryDirectory(given: string | null, { config, checkout }: Detected): string | null {
  const own = config.image?.advisories
  return given ?? (process.env['WHERRY_OSV'] || (own ? join(checkout.root, own) : null))
}

export function noAdvisoryDirectory(): Error {
  return noAdvisoryData({
    what: 'Nothing says where vulnerability data is.',
    next: 'Name a directory of OSV records: --advisories DIR, WHERRY_OSV, or image.advisories in wherry.toml.',
  })
}
