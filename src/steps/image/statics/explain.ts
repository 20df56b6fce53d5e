import { list } from '../../../kit/text.ts'
import { distributionOf } from '../../../python/distribution-of.ts'
import { readLastWords } from '../../../python/last-words.ts'
import { collectFailed } from '../errors.ts'
import { lastLines } from '../last-lines.ts'

/** Why collectstatic failed, from what it printed, with what would help where that can be said. */
export function explainCollect(output: string): Error {
  const evidence = lastLines(output, 12)
  return collectFailed({
    what: 'Django’s static files cannot be collected.',
    why: evidence.at(-1)?.text ?? '',
    next: adviceIn(output),
    evidence,
  })
}

function adviceIn(output: string): string {
  const { variables, module } = readLastWords(output.split('\n'))
  if (variables.length > 0)
    return `Give ${list(variables)} a value for the build under image.build-env in wherry.toml, no secret, or a default in the settings.`
  if (module !== null)
    return `Add ${distributionOf(module)}, which most likely has ${module}, to the app's requirements.`
  return 'Mend what the traceback names; `wherry run python manage.py collectstatic` tries it again.'
}
