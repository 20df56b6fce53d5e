import { readSetupCfg } from '../../../python/manifest/setup-cfg.ts'
import { readSetupPy } from '../../../python/manifest/setup-py.ts'
import { contentOf, type Content, type FindClaim } from './manager.ts'
import { pathIn } from './place.ts'

/** setuptools: a setup.py or setup.cfg that nothing newer stands beside. What setup.py gives wins over setup.cfg, as in setuptools. */
export const findSetuptools: FindClaim = place => {
  const [program, settings] = [pathIn(place, 'setup.py'), pathIn(place, 'setup.cfg')]
  const fromProgram = readSetupPy(program, place.checkout)
  const fromSettings = readSetupCfg(settings, place.checkout)
  const [manifest, other] = fromProgram === null ? [fromSettings, null] : [fromProgram, fromSettings]
  if (manifest === null) return null
  const file =
    manifest.requirements.length === 0 &&
    manifest.includes.length === 0 &&
    other !== null &&
    other.requirements.length > 0
      ? settings
      : manifest.file
  return {
    manager: 'setuptools',
    lock: null,
    manifest: file,
    because: [{ file, line: manifest.requirements[0]?.line ?? null, text: `${file} says the dependencies` }],
    kind: 'project',
    read: (): Content => {
      const [a, b] = [contentOf(manifest, place), contentOf(other, place)]
      return a.requirements.length > 0 ? a : { ...b, computed: a.computed }
    },
  }
}
