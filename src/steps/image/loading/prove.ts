import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { printable } from '../../../kit/text.ts'
import type { Image } from '../../../model/image.ts'
import type { Inside } from '../inside.ts'
import { entrypoint, workingDirectory } from '../launch.ts'
import { throwAwayEnvironment } from '../statics/collect.ts'
import { task, withScratch, type Tools } from '../tools.ts'
import { explainLoaded, type Loading } from './explain.ts'
import { proofPlace, readLoaded, type Loaded } from './loaded.ts'

/** Milliseconds; an app that waits for a service while it is imported is not waited for. */
const patience = 60_000

/**
 * Makes sure, before an image ships, that the app object can be imported in it and is what its server takes. Asked once an image. An app
 * that cannot be loaded without its environment is told of, and proved when it starts. Throws `module-not-installed`, `app-not-importable`
 * and `wrong-interface`.
 */
export async function proveLoading(
  image: Image,
  inside: Inside,
  loading: Loading & LoadingOptions,
  tools: Tools,
): Promise<void> {
  if (loading.plan.image.serve.interface === 'own') return
  const key = image.digest.replace('sha256:', '')
  if ((await tools.cache.find('loaded', key)) !== null) return
  const loaded =
    loading.loaded ?? (await task(tools, 'importing the app in its image', () => load(image, inside, loading, tools)))
  const error = loaded === null ? null : explainLoaded(loaded, loading)
  if (error) throw error
  if (loaded?.ok === true) await tools.cache.entry('loaded', key, path => writeFile(path, ''))
  else tools.report({ step: 'image', level: 'warning', text: notProved(loaded) })
}

export interface LoadingOptions {
  /** What was seen already, when the app was started for something else. */
  readonly loaded: Loaded | null
  /** What the app is started with besides the plan's own. */
  readonly env: Readonly<Record<string, string>>
}

function load(
  { config }: Image,
  inside: Inside,
  { plan, env }: Loading & LoadingOptions,
  tools: Tools,
): Promise<Loaded | null> {
  return withScratch(tools, async scratch => {
    const answers = join(scratch, 'answers')
    await mkdir(answers)
    await chmod(answers, 0o777)
    const [program = '', ...words] = entrypoint
    await inside.run({
      argv: [program, ...words, 'run', '--', 'python', '/wherry/launcher/app/wherry_entry.py'],
      env: {
        ...config.env,
        ...throwAwayEnvironment(plan),
        ...env,
        WHERRY_LAUNCH: '/wherry/launch.json',
        WHERRY_PROOF: proofPlace,
      },
      user: { uid: 10001, gid: 10001 },
      cwd: workingDirectory(plan),
      mounts: [{ from: answers, to: dirname(proofPlace), readonly: false }],
      timeout: patience,
    })
    return readLoaded(answers)
  })
}

function notProved(loaded: Loaded | null): string {
  const why =
    loaded === null
      ? 'it did not come to its end'
      : printable(`${loaded.error}: ${loaded.message.split('\n')[0]}`).slice(0, 200)
  return `the app could not be imported without its environment (${why}): its start will tell whether it serves`
}
