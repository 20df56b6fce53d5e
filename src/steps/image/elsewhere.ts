import { ownArchitecture } from '../../kit/architecture.ts'
import { list } from '../../kit/text.ts'
import type { Lock } from '../../model/lock.ts'
import { buildAll } from './built.ts'
import { keepLock, keptPlaces, makeHere, recordedLock } from './here.ts'
import { refuseTwin } from './resolve/twin.ts'
import type { Tools } from './tools.ts'
import type { Built, ImageRequest, MadeImage } from './values.ts'

/**
 * An image for an architecture that this machine is not of. First its twin is made and proved, the same app's image for this machine; then
 * everything that is data is assembled for the other one, and what came of running code is taken over from the twin: bytecode, static
 * files, front-ends, where the app writes, and that it loads. Throws `cannot-compile-for-platform` and `twin-differs` beside what any
 * image throws.
 */
export async function makeElsewhere(request: ImageRequest, tools: Tools): Promise<MadeImage> {
  const [own, other] = [`linux/${ownArchitecture}`, `linux/${request.architecture}`] as const
  const text = `${other} is not this machine's: what runs code runs in the image's twin for ${own}`
  tools.report({ step: 'image', level: 'info', text })
  const recorded = request.update ? null : recordedLock(request)
  const told = new Set<string>()
  const forTwin = { ...request, architecture: ownArchitecture, startsNext: false }
  const twin = await makeHere(forTwin, speakingOf(own, told, tools), recorded)
  const here = speakingOf(other, told, tools)
  const lock = recorded ?? (await resolveBeside(request, twin, here))
  if (lock.python !== twin.lock.python) throw refuseTwin(lock.python, lock.base, twin.lock)
  tellDrift(twin.lock, lock, tools)
  const { image, layers, statics } = await buildAll(request, lock, here, twin)
  return { image, lock, layers, statics, twin: { platform: own, digest: twin.image.digest } }
}

/** The same versions as the twin's, and its places of data. */
async function resolveBeside(request: ImageRequest, twin: Built, tools: Tools): Promise<Lock> {
  const { resolveLock } = await import('./resolve/index.ts')
  const lock = { ...(await resolveLock({ ...request, beside: twin.lock }, tools)), data: keptPlaces(request) }
  await keepLock(request, lock, tools)
  return lock
}

/** Two locks that were made apart may differ: then the twin has not proved all of the other. */
function tellDrift(twin: Lock, lock: Lock, { report }: Tools): void {
  const versions = new Map([...twin.wheels, ...twin.sdists].map(({ name, version }) => [name, version]))
  const other = [...lock.wheels, ...lock.sdists].filter(
    ({ name, version }) => (versions.get(name) ?? version) !== version,
  )
  if (other.length === 0) return
  const named = other.map(({ name, version }) => `${name} (${versions.get(name)} and ${version})`)
  const text = `wherry.lock holds other versions for linux/${twin.base.architecture} than for linux/${lock.base.architecture}: ${list(named)}; the one was tried, the other ships (\`wherry update --platform\` moves both)`
  report({ step: 'image', level: 'warning', text })
}

/** Says for which platform the work is; what is to be known of the app itself is said once. */
function speakingOf(platform: string, told: Set<string>, tools: Tools): Tools {
  return {
    ...tools,
    report(event) {
      if (event.task !== undefined) {
        return tools.report({ ...event, task: `${platform} · ${event.task}`, text: `${platform} · ${event.text}` })
      }
      if (event.level !== 'log' && told.has(event.text)) return
      told.add(event.text)
      tools.report(event)
    },
  }
}
