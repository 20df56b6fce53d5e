import type { Evidence, WherryError } from '../../../kit/error.ts'
import { printable } from '../../../kit/text.ts'
import type { Plan } from '../../../model/plan.ts'
import { distributionOf } from '../../../python/distribution-of.ts'
import { appNotImportable, moduleNotInstalled, wrongInterface } from '../errors.ts'
import { lastLines } from '../last-lines.ts'
import type { Loaded } from './loaded.ts'

export interface Loading {
  readonly plan: Plan
  /** The repository's, relative to it. */
  readonly files: readonly string[]
}

/**
 * Why an app cannot be loaded anywhere; null when it was, and for what another environment can mend: a variable, a service, a file.
 */
export function explainLoaded(loaded: Loaded, { plan, files }: Loading): WherryError | null {
  if (loaded.ok) return null
  const { kinds, module } = loaded
  const { serve } = plan.image
  const name = serve.script ?? `${serve.module}:${serve.attribute}${serve.factory ? '()' : ''}`
  const message = printable(loaded.message)
  const evidence = lastLines(printable(loaded.trace), 12)
  if (loaded.error === 'WrongInterface')
    return wrongInterface({
      what: `${message}.`,
      why: `It was detected as ${serve.interface.toUpperCase()}, and ${serve.server} would answer every request with an error.`,
      next: 'Name the object to be served: `app = "module:attribute"` in wherry.toml.',
    })
  if (kinds.includes('ModuleNotFoundError') && module !== null) return explainModule(module, { plan, files }, evidence)
  if (!kinds.some(kind => ['ImportError', 'SyntaxError', 'MissingApp'].includes(kind))) return null
  return appNotImportable({
    what: `${name} cannot be imported in its image.`,
    why: `${loaded.error}: ${message}`,
    next: nextFor(loaded),
    evidence,
  })
}

/** A module that no import finds: of the repository, or of a distribution that nobody asked for. */
export function explainModule(module: string, { plan, files }: Loading, evidence: readonly Evidence[]): WherryError {
  const top = printable(module.split('.')[0] ?? module)
  const own = files.find(file => new RegExp(`(?:^|/)${escape(top)}(?:\\.py|/__init__\\.py)$`).test(file))
  if (own !== undefined) {
    const place = own.replace(/(?:\/__init__)?\.py$/, '')
    const root = place.includes('/') ? place.slice(0, place.lastIndexOf('/')) : '.'
    return appNotImportable({
      what: `The app imports ${printable(module)}, which Python does not find from where the app is run.`,
      why: `${own} has that name; the app is run from ${plan.root === '.' ? 'the repository’s root' : `${plan.root}/`}.`,
      next: `Say in wherry.toml where it is run from (\`root = "${root}"\`), or mend the import.`,
      evidence,
    })
  }
  const name = distributionOf(top)
  return moduleNotInstalled({
    what: `The app imports ${top}, which none of its packages brings.`,
    why: `${placeOf(plan)} does not ask for the distribution that has it.`,
    next: `Add ${name}, which most likely has it${additionOf(plan, name)}.`,
    evidence,
  })
}

function placeOf({ image: { requirements } }: Plan): string {
  return requirements.lock ?? requirements.manifest ?? 'The repository'
}

function additionOf({ image: { requirements } }: Plan, name: string): string {
  const { manager, manifest } = requirements
  const commands: Readonly<Record<string, string>> = {
    uv: 'uv add',
    poetry: 'poetry add',
    pdm: 'pdm add',
    pipenv: 'pipenv install',
  }
  const command = commands[manager]
  if (command !== undefined) return `: \`${command} ${name}\``
  return manifest === null ? ', in a requirements.txt' : `, to ${manifest}`
}

function nextFor({ kinds, message, module }: Loaded): string {
  const library = /^(lib[\w.+-]+\.so[\w.]*): cannot open shared object file/.exec(message)?.[1]
  if (library !== undefined)
    return `Name the Debian package that has ${library} under \`image.packages\` in wherry.toml.`
  if (kinds.includes('MissingApp')) return 'Name the object that is there: `app = "module:attribute"` in wherry.toml.'
  if (kinds.includes('SyntaxError')) return 'Correct the line, or run the app on the Python it is written for.'
  const of = module === null ? 'the package' : distributionOf(module)
  return `Mend the import, or ask for the version of ${of} that the app was written for.`
}

function escape(text: string): string {
  return text.replaceAll(/[^\w]/g, '\\$&')
}
