import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listApps } from '../config/load.ts'
import { openCheckout } from '../kit/checkout/index.ts'

/** The apps a command is for: the one named by --app, else all of the repository; null stands for a repository that is one app. */
export async function appsOf(directory: string, asked: unknown): Promise<readonly (string | null)[]> {
  if (typeof asked === 'string') return [asked]
  // Most repositories have no config: they are not listed twice to learn that.
  if (!['wherry.toml', 'pyproject.toml'].some(name => speaksOfApps(join(directory, name)))) return [null]
  const names = await listApps(await openCheckout(directory))
  return names.length === 0 ? [null] : names
}

/** `--app` as an option of the library. */
export function appOption(app: string | null): { readonly app?: string } {
  return app === null ? {} : { app }
}

/** What several apps came to, by name; of a repository that is one app the value itself. */
export function byApp(apps: readonly (string | null)[], values: readonly unknown[]): unknown {
  const [first] = apps
  if (apps.length === 1 && first === null) return values[0]
  return Object.fromEntries(apps.map((app, i) => [app ?? '', values[i]]))
}

/** Names for `byApp` of what runs here: of a single one none. */
export function appNames(places: readonly { readonly name: string }[]): readonly (string | null)[] {
  return places.length === 1 ? [null] : places.map(({ name }) => name)
}

function speaksOfApps(file: string): boolean {
  try {
    const status = lstatSync(file)
    return status.isFile() && status.size < 4 * 1024 ** 2 && /apps/.test(readFileSync(file, 'utf8'))
  } catch {
    return false
  }
}
