import { z } from 'zod'
import { readAll, type Answer } from '../../kit/exchange.ts'
import type { WherryError } from '../../kit/error.ts'
import { readJson } from '../../kit/json.ts'
import { printable } from '../../kit/text.ts'
import { registryDenied, registryFailing, registryRefused } from './errors.ts'
import { formatReference } from './reference.ts'
import type { Session } from './session.ts'

const errorsSchema = z.object({
  errors: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })),
})

/** The error of a final answer, with the registry's own words (distribution-spec, "Error Codes"). `doing`: `take the layer …`. */
export async function failure(answer: Answer, session: Session, doing: string): Promise<WherryError> {
  const { status } = answer
  const { host, repository } = session.reference
  const said = await wordsOf(answer)
  const facts = { what: `${host} does not ${doing}.`, why: `it answers ${status}${said === '' ? '' : `: ${said}`}` }
  if (status === 401 || status === 403) return registryDenied({ ...facts, next: signIn(session) })
  if (status >= 500 || status < 400) return registryFailing({ ...facts, next: 'Run the command again later.' })
  if (status === 404)
    return registryRefused({ ...facts, next: session.quirks.create ?? `Create the repository ${repository} there.` })
  if (status === 413)
    return registryRefused({
      ...facts,
      next: 'Raise the limit for request bodies of the registry, or of the proxy before it.',
    })
  if (/MANIFEST_INVALID|UNSUPPORTED|media ?type/i.test(said) && /tag the image/.test(doing))
    return registryRefused({ ...facts, next: 'If it takes only Docker’s own manifests: --dialect docker' })
  return registryRefused({
    ...facts,
    next: `Change what it objects to, and publish ${formatReference(session.reference)} again.`,
  })
}

function signIn({ who, quirks, reference }: Session): string {
  const how = quirks.signIn?.replace('HOST', reference.host) ?? `docker login ${reference.host}`
  return who === null ? how : `${who} may not do this there; sign in as somebody who may: ${how}`
}

async function wordsOf(answer: Answer): Promise<string> {
  const bytes = await readAll(answer, 64 * 1024).catch(() => null)
  const text = Buffer.from(bytes ?? []).toString('utf8')
  const document = errorsSchema.safeParse(readJson(text))
  if (!document.success) return ''
  const [first] = document.data.errors
  return printable([first?.code, first?.message].filter(Boolean).join(' ')).replace(/\s+/g, ' ').slice(0, 300)
}
