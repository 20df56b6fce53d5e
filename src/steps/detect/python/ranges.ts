import { optionalText } from '../../../kit/checkout/optional-text.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import type { Manifest } from '../../../python/manifest/manifest.ts'
import { readPyproject } from '../../../python/manifest/pyproject.ts'
import { readSetupCfg } from '../../../python/manifest/setup-cfg.ts'
import { readSetupPy } from '../../../python/manifest/setup-py.ts'
import { parseConstraint } from '../../../python/version/constraint.ts'
import { pathIn, type Place } from '../packages/place.ts'
import { exactly, type Statement } from './statement.ts'

/** The ranges of Python a project's manifests allow. */
export function readRanges(place: Place): readonly Statement[] {
  return manifestsOf(place).flatMap(({ file, python }) =>
    python === null
      ? []
      : [
          {
            reason: { file, line: python.line, text: python.text },
            kind: 'range' as const,
            constraint: python.constraint,
            minor: null,
          },
        ],
  )
}

/** What the lock was made for: it speaks where the manifest does not. */
export function readLockRange(lock: Lock | null): readonly Statement[] {
  const constraint = parseConstraint(lock?.requiresPython ?? '')
  if (lock === null || lock.requiresPython === null || constraint === null) return []
  return [
    {
      reason: { file: lock.file, line: null, text: `made for Python ${lock.requiresPython}` },
      kind: 'range',
      constraint,
      minor: null,
    },
  ]
}

/** The minors mentioned where nothing is decided: classifiers and a Dockerfile's base. */
export function readHints(place: Place): readonly Statement[] {
  const classified = manifestsOf(place).flatMap(({ file, classifiers }) =>
    classifiers.map(minor => ({
      reason: { file, line: null, text: `Programming Language :: Python :: ${minor}` },
      kind: 'hint' as const,
      constraint: exactly(minor),
      minor,
    })),
  )
  return [...classified, ...readDockerfile(place)]
}

function manifestsOf(place: Place): readonly Manifest[] {
  const { checkout } = place
  const found = [
    readPyproject(pathIn(place, 'pyproject.toml'), checkout),
    readSetupCfg(pathIn(place, 'setup.cfg'), checkout),
    readSetupPy(pathIn(place, 'setup.py'), checkout),
  ]
  return found.filter(manifest => manifest !== null)
}

function readDockerfile(place: Place): Statement[] {
  const file = pathIn(place, 'Dockerfile')
  const lines = (optionalText(place.checkout, file) ?? '').split('\n')
  return lines.flatMap((text, index) => {
    const minor = /^FROM\s+(?:--\S+\s+)?(?:\S+\/)?python:(\d\.\d+)/i.exec(text.slice(0, 300))?.[1]
    if (minor === undefined) return []
    return [
      {
        reason: { file, line: index + 1, text: text.trim().slice(0, 200) },
        kind: 'hint' as const,
        constraint: exactly(minor),
        minor,
      },
    ]
  })
}
