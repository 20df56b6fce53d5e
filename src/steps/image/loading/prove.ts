import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { printable } from '../../../kit/text.ts'
import type { Image } from '../../../model/image.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Inside } from '../inside.ts'
import { entrypoint, workingDirectory } from '../launch.ts'
import { throwAwayEnvironment } from '../statics/collect.ts'
import { saying, task, withScratch, type Tools } from '../tools.ts'
import { explainLoaded, type Loading } from './explain.ts'
import { patience, proofEnvironment, proofPlace, readLoaded, type Loaded } from './loaded.ts'

const scriptRunner = fileURLToPath(new URL('../../../../runtime/script.py', import.meta.url))

const stillWaiting = `the app is still being imported: it may wait for a service, and none is there while an image is made (${patience.most} s at most)`

/**
 * Makes sure, before an image ships, that the app object can be imported in it and is what its server takes, or that the script that is its
 * own server runs. Asked once an image. An app that cannot be loaded without its environment is told of, and proved when it starts. Throws
 * `module-not-installed`, `app-not-importable` and `wrong-interface`.
 */
export async function proveLoading(
  image: Image,
  open: () => Promise<Inside>,
  loading: Loading & LoadingOptions,
  tools: Tools,
): Promise<void> {
  const key = image.digest.replace('sha256:', '')
  if ((await tools.cache.find('loaded', key)) !== null) return
  const see = async (): Promise<Loaded | null> =>
    judge(await saying(stillWaiting, tools, async () => load(image, await open(), loading, tools)), loading)
  const loaded = loading.loaded ? judge(loading.loaded, loading) : await task(tools, titleOf(loading), see)
  if (loaded?.ok === true || isStreamlit(loading.plan))
    await tools.cache.entry('loaded', key, path => writeFile(path, ''))
  else tools.report({ step: 'image', level: 'warning', text: notProved(loaded) })
}

function judge(loaded: Loaded | null, loading: Loading): Loaded | null {
  const error = loaded === null ? null : explainLoaded(loaded, loading)
  if (error) throw error
  return loaded
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
    const { script } = plan.image.serve
    const loads = script === null ? ['/wherry/launcher/app/wherry_entry.py'] : ['/script.py', script]
    await inside.run({
      argv: [program, ...words, 'run', '--', 'python', ...loads],
      env: {
        ...config.env,
        ...throwAwayEnvironment(plan),
        ...env,
        WHERRY_LAUNCH: '/wherry/launch.json',
        ...proofEnvironment,
      },
      user: { uid: 10001, gid: 10001 },
      cwd: workingDirectory(plan),
      mounts: [
        { from: answers, to: dirname(proofPlace), readonly: false },
        ...(script === null ? [] : [{ from: scriptRunner, to: '/script.py', readonly: true }]),
      ],
      timeout: patience.most * 1000,
    })
    return readLoaded(answers)
  })
}

function titleOf({ plan: { image } }: Loading): string {
  return image.serve.script === null ? 'importing the app in its image' : `running ${image.serve.script} in its image`
}

/** Without a visitor its script may fail for want of one, or go on for ever: only what no environment mends counts. */
function isStreamlit({ image }: Plan): boolean {
  return image.serve.framework === 'streamlit'
}

function notProved(loaded: Loaded | null): string {
  const why =
    loaded === null
      ? 'it did not come to its end'
      : loaded.waits !== null
        ? printable(`it waits at ${loaded.waits} and did not come to its end in ${patience.most} s`).slice(0, 300)
        : printable(`${loaded.error}: ${loaded.message.split('\n')[0]}`).slice(0, 200)
  return `the app could not be imported without its environment (${why}): its start will tell whether it serves`
}
