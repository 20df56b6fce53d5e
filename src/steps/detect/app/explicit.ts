import type { Candidate } from './candidate.ts'
import { claimOf } from './claims.ts'
import { readCommand } from './command.ts'
import { appModuleMissing } from './errors.ts'
import type { Search } from './search.ts'

/** The app that the configuration names. @throws `app-module-missing` when it is not there. */
export function explicitCandidate(search: Search, app: string): Candidate {
  const isFile = app.endsWith('.py')
  const command = readCommand(isFile ? `python ${app}` : `gunicorn ${app}`)
  const reason = { file: 'wherry.toml', line: null, text: `app = "${app}"` }
  const [claim] = command ? claimOf(search, { command, ...reason, line: 1, firm: true, directory: '' }) : []
  if (claim?.candidate)
    return { ...claim.candidate, directory: null, because: [reason, ...claim.candidate.because.slice(1)] }
  if (isFile && search.evaluator.tree.has(app)) {
    const key = `${app}:script`
    const rest = { reexport: false, because: [reason], directory: null, path: null, strength: 'named' as const }
    return {
      key,
      layers: [key],
      file: app,
      attribute: null,
      factory: false,
      interface: 'own',
      framework: null,
      ...rest,
    }
  }
  throw appModuleMissing({
    what: `The app that the configuration names, ${app}, is not in the repository.`,
    why: 'No such module, or the module binds no such name.',
    next: 'Correct `app` in wherry.toml: module:attribute, module:factory() or the file of a program.',
    evidence: [reason],
  })
}
