import { count, list } from '../../../kit/text.ts'
import { secretInSource } from '../errors.ts'

/** Files that hold secrets by their nature: they stay out of every image, and are named. Examples of them may enter. */
const secretNames =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.env|[^/]+\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)|id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pypirc|\.npmrc|\.git-credentials|\.htpasswd|credentials\.json|service[-_]account[^/]*\.json|client_secret[^/]*\.json|terraform\.tfstate(?:\.backup)?|secrets\.toml|local_settings\.py|settings_local\.py)$|(?:^|\/)\.(?:ssh|aws|gnupg)\//i
const examples = /(?:example|sample|template|dist|default|public)/i
/** Certificates are public, and apps need them to be there. */
const publicPem = /-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)-----/

/** `text` is asked for only where the name does not decide. */
export function isSecretFile(path: string, text: () => string): boolean {
  if (!secretNames.test(path) || examples.test(path.slice(path.lastIndexOf('/') + 1))) return false
  return !(/\.pem$/i.test(path) && publicPem.test(text()) && !/PRIVATE KEY/.test(text()))
}

/** Tokens whose form alone proves what they are, with their issuer. Each has a fixed prefix, so that ordinary text never matches. */
const tokens: readonly (readonly [string, RegExp])[] = [
  [
    'a private key',
    /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----[\r\n\\n"' ]+[A-Za-z0-9+/=]{40}/,
  ],
  ['an AWS access key', /\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z2-7]{16}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82})\b/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20}\b/],
  ['a Slack token', /\bxox[abprs]-\d{9,}-[A-Za-z0-9-]{20,}\b/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{24,}\b/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['an OpenAI key', /\bsk-(?:proj-)?[A-Za-z0-9_-]{20}T3BlbkFJ[A-Za-z0-9_-]{20}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a PyPI token', /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/],
  ['a SendGrid key', /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/],
]

/** The fixed part of every token: one look at a file, for most hold none. */
const anyPrefix =
  /PRIVATE KEY|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|[rs]k_live_|AIza|T3BlbkFJ|npm_|pypi-AgEI|SG\./

/** Files that name package indexes. There, and only there, an address with a password in it is one that works. */
const indexFiles =
  /(?:^|\/)(?:[^/]*require[^/]*\.(?:txt|in)|constraints[^/]*\.txt|pyproject\.toml|Pipfile|uv\.toml|pip\.conf|[^/]+\.lock|pylock[^/]*\.toml)$|(?:^|\/)requirements\//i
const indexPassword = /\bhttps?:\/\/[^\s/:@"'$<>{}]{0,100}:(?!\*)[^\s/:@"'$<>{}]{3,200}@/

export interface FoundSecret {
  readonly file: string
  readonly line: number
  readonly what: string
}

/** Secrets in a text, by line. The secret itself is never part of the result. */
export function scanText(file: string, text: string): FoundSecret[] {
  const kinds = [
    ...(anyPrefix.test(text) ? tokens : []),
    ...(indexFiles.test(file) ? [['the password of a package index', indexPassword] as const] : []),
  ]
  return kinds.flatMap(([what, pattern]) => {
    const match = pattern.exec(text)
    return match ? [{ file, line: text.slice(0, match.index).split('\n').length, what }] : []
  })
}

export function refuseSecrets(found: readonly FoundSecret[]): Error {
  const files = [...new Set(found.map(({ file }) => file))]
  return secretInSource({
    what: `${list(files.slice(0, 3))}${files.length > 3 ? ` and ${count(files.length - 3, 'more file')}` : ''} would put a secret into the image.`,
    why: 'Whoever can pull the image could read it.',
    next: `Remove and revoke it; or, when it is none, allow the file in wherry.toml: image.allow-secrets = [${JSON.stringify(files[0])}]`,
    evidence: found.map(({ file, line, what }) => ({ file, line, text: `looks like ${what}` })),
  })
}
