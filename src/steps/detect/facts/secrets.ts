import type { SecretFact } from '../../../model/project.ts'
import { walk, type ClassStatement, type Statement } from '../../../python/source/statement.ts'
import { dotted, values, type Value } from '../../../python/source/value.ts'
import { environmentRead } from '../value/environment.ts'
import { appFiles, reason, type Ground } from './ground.ts'

/**
 * Secrets that are the app's own, so that any random value serves: SECRET_KEY and its cousins. What another party gives out (an API
 * token, a client secret, a cloud's access key) is none of these.
 */
const own =
  /^(?:[A-Z0-9]+_)*(?:SECRET_KEY|SECRET_KEY_BASE|SECRET|APP_KEY|JWT_KEY|JWT_SECRET|SESSION_KEY|COOKIE_SECRET|SIGNING_KEY|HASH_SALT|PASSWORD_SALT|CSRF_KEY)$/i
const foreign =
  /AWS|S3|CLIENT|OAUTH|WEBHOOK|STRIPE|GITHUB|GOOGLE|FACEBOOK|TWITTER|SLACK|API_SECRET|CONSUMER|RECAPTCHA|TURNSTILE|HCAPTCHA|MINIO|CLOUDINARY|AUTH0|AZURE|PAYPAL|TELEGRAM|DISCORD|OPENAI|ACCESS_KEY/i

export function findSecrets(ground: Ground): SecretFact[] {
  const found = new Map<string, SecretFact>()
  for (const file of appFiles(ground)) {
    const text = ground.tree.text(file)
    if (!/SECRET|_KEY|SALT/i.test(text)) continue
    for (const { name, required, line } of reads(ground.tree.module(file).body, null)) {
      if (!own.test(name) || foreign.test(name)) continue
      const before = found.get(name)
      // Where one place has a default and another has none, the one without decides.
      if (before && (before.required || !required)) continue
      found.set(name, { name, required, because: [reason(ground.tree, file, line)] })
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

interface Read {
  readonly name: string
  readonly required: boolean
  readonly line: number
}

function* reads(body: readonly Statement[], settings: ClassStatement | null): Generator<Read> {
  for (const { statement } of walk(body)) {
    if (statement.kind === 'class') yield* reads(statement.body, isSettings(statement) ? statement : null)
    else if (statement.kind === 'function') yield* reads(statement.body, null)
    else if (statement.kind === 'assign') {
      const [target] = statement.targets
      if (settings && statement.annotation && target?.kind === 'name') {
        yield {
          name: prefixOf(settings) + target.name.toUpperCase(),
          required: !hasDefault(statement.value),
          line: statement.line,
        }
      }
      if (statement.value) yield* readsIn(statement.value)
    } else if ((statement.kind === 'expression' || statement.kind === 'return') && statement.value)
      yield* readsIn(statement.value)
  }
}

function* readsIn(value: Value): Generator<Read> {
  for (const part of values(value)) {
    const read = environmentRead(part)
    if (read) yield { name: read.name, required: read.otherwise === null && !fallsBack(value, part), line: read.line }
  }
}

/** `os.environ.get("X") or "default"`. */
function fallsBack(whole: Value, part: Value): boolean {
  return whole.kind === 'either' && whole.options.at(-1) !== part
}

/** pydantic-settings reads each field of a BaseSettings class from the environment. */
function isSettings(statement: ClassStatement): boolean {
  return statement.bases.some(base => /(?:^|\.)BaseSettings$/.test(dotted(base) ?? ''))
}

function hasDefault(value: Value | null): boolean {
  if (value === null) return false
  if (value.kind !== 'call' || dotted(value.callee)?.split('.').at(-1) !== 'Field') return true
  const [first] = value.args
  return (
    value.keywords.has('default') ||
    value.keywords.has('default_factory') ||
    (first !== undefined && first.kind !== 'unknown')
  )
}

function prefixOf(settings: ClassStatement): string {
  for (const { statement } of walk(settings.body)) {
    if (statement.kind !== 'assign' || !statement.value) continue
    for (const part of values(statement.value)) {
      const prefix = part.kind === 'call' ? part.keywords.get('env_prefix') : undefined
      if (prefix?.kind === 'string') return prefix.text.toUpperCase()
    }
  }
  return ''
}
