import {
  findMirrors,
  nginxPackages,
  omittedPackages,
  openArchive,
  resolve,
  type Archive,
} from '../../../debian/index.ts'
import type { ImageBaseLock, Lock } from '../../../model/lock.ts'
import type { BasePlan } from '../../../model/plan.ts'
import { formatReference, parseReference } from '../../../oci/registry/index.ts'
import { withoutCredentials } from '../credentials.ts'
import { pathOn } from '../ground.ts'
import { openInside } from '../inside.ts'
import { signalOf, task, type Tools } from '../tools.ts'
import { findInterpreter } from './find-interpreter.ts'
import { interpreterLike } from './interpreter-like.ts'
import { openBase } from './open-base.ts'
import { packagesOfBase, suiteOfBase } from './read-base.ts'

/**
 * An image as the base: what it is now, by digest, which Python it has, and nginx from its own suite. Throws `unsupported-base`,
 * `wrong-base-python`, `twin-differs`, and as `pullImage`. Where this machine cannot run the image, its Python is that of the twin's.
 */
export async function resolveImageBase(
  { reference, python }: Extract<BasePlan, { readonly kind: 'image' }>,
  architecture: ImageBaseLock['architecture'],
  tools: Tools,
  twin: Lock | null = null,
): Promise<{ lock: ImageBaseLock; archive: Archive; python: string }> {
  const read = async (): Promise<{ lock: ImageBaseLock; archive: Archive; python: string }> => {
    const { view, root, ground } = await openBase(reference, architecture, tools)
    const suite = suiteOfBase(root, reference)
    const held = packagesOfBase(root)
    const search = { reference, root, minor: python, searched: pathOn(ground).replace('/venv/bin:', '') }
    const { version, ...interpreter } = twin
      ? interpreterLike(twin, { root, held, env: ground.env, architecture })
      : await findInterpreter(await openInside(view.image.layers, tools, ground), search)
    const mirrors = await findMirrors(suite)
    const archive = await openArchive(suite, { architecture, mirrors, cache: tools.cache, ...signalOf(tools) })
    const lock: ImageBaseLock = {
      kind: 'image',
      name: reference,
      reference: formatReference({ ...parseReference(reference), tag: null, digest: view.image.digest }),
      suite,
      architecture,
      mirrors: {
        archive: withoutCredentials(mirrors.archive),
        security: mirrors.security === null ? null : withoutCredentials(mirrors.security),
      },
      interpreter,
      held,
      packages: [],
      nginx: resolve(archive, nginxPackages, { omit: omittedPackages, present: held }),
      libraries: [],
    }
    return { lock, archive, python: version }
  }
  return task(tools, `base ${reference}`, read, ({ lock, python }) => `${reference}: Python ${python} on ${lock.suite}`)
}
