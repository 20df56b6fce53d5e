import { claimsOf, hasBase62Crc, isPypiMacaroon, startsWithSnowflake } from './checks.ts'
import { isPlaceholder, looksRandom } from './plausible.ts'
import type { Rule } from './rule.ts'

/**
 * Secrets whose form says what they are: issuers gave them a fixed prefix for this. Forms are those of the issuers' own documentation.
 * What is public by design (Stripe's publishable keys, Sentry's DSN, Mapbox's `pk.`, Firebase's web keys) is not here.
 */
const prefixed: readonly Rule[] = [
  ...token('a GitHub token', 'gh[pousr]_[A-Za-z0-9]{36}', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], hasBase62Crc),
  ...token('a GitHub token', 'github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}', ['github_pat_']),
  ...token('an npm token', 'npm_[A-Za-z0-9]{36}', ['npm_'], hasBase62Crc),
  ...token('a PyPI token', 'pypi-AgE[A-Za-z0-9_-]{80,400}', ['pypi-AgE'], isPypiMacaroon),
  ...token('a GitLab token', 'gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[A-Za-z0-9_-]{20,64}', [
    'glpat-',
    'gldt-',
    'glrt-',
    'glcbt-',
    'glptt-',
    'glft-',
    'glsoat-',
    'glagent-',
  ]),
  ...token('a Docker Hub token', 'dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40}', ['dckr_']),
  ...token('a RubyGems token', 'rubygems_[0-9a-f]{48}', ['rubygems_']),
  ...token('a Slack token', 'xox[abeoprs]-(?:\\d-)?[A-Za-z0-9]{8,40}-[A-Za-z0-9-]{20,200}', ['xox']),
  ...token('a Slack token', 'xapp-\\d-[A-Z0-9]{8,14}-\\d{8,16}-[0-9a-f]{64}', ['xapp-']),
  ...token(
    'a Slack webhook',
    'hooks\\.slack\\.com/(?:services|workflows)/(T[A-Z0-9]{8,12}/[AB][A-Z0-9]{8,12}/[A-Za-z0-9]{20,30})',
    ['hooks.slack.com/'],
  ),
  ...token('a Discord webhook', 'discord(?:app)?\\.com/api/(?:v\\d+/)?webhooks/\\d{17,20}/([A-Za-z0-9_-]{60,80})', [
    '/webhooks/',
  ]),
  ...token('a Telegram bot token', '\\d{8,10}:AA[A-Za-z0-9_-]{33}', [':AA']),
  ...token('a Stripe key', '[rs]k_live_[A-Za-z0-9]{24,247}', ['k_live_']),
  ...token('a Shopify token', 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}', ['shpat_', 'shpca_', 'shppa_', 'shpss_']),
  ...token('a Square secret', 'sq0csp-[A-Za-z0-9_-]{43}', ['sq0csp-']),
  ...token('an OpenAI key', 'sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,80}T3BlbkFJ[A-Za-z0-9_-]{20,80}', [
    'T3BlbkFJ',
  ]),
  ...token('an Anthropic key', 'sk-ant-(?:api|admin|oat)\\d{2}-[A-Za-z0-9_-]{80,120}', ['sk-ant-']),
  ...token('an OpenRouter key', 'sk-or-v1-[0-9a-f]{64}', ['sk-or-v1-']),
  ...token('a Hugging Face token', '(?:hf|api_org)_[A-Za-z]{34}', ['hf_', 'api_org_']),
  ...token('a Groq key', 'gsk_[A-Za-z0-9]{52}', ['gsk_']),
  ...token('a Replicate token', 'r8_[A-Za-z0-9]{37}', ['r8_']),
  ...token('a Perplexity key', 'pplx-[A-Za-z0-9]{48}', ['pplx-']),
  ...token('an xAI key', 'xai-[A-Za-z0-9]{80}', ['xai-']),
  ...token('a LangSmith key', 'lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}', ['lsv2_']),
  ...token('a Pinecone key', 'pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}', ['pcsk_']),
  ...token('a Tavily key', 'tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}', ['tvly-']),
  ...token('a SendGrid key', 'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}', ['SG.']),
  ...token('a Brevo key', 'xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}', ['xkeysib-']),
  ...token('a Mailchimp key', '[0-9a-f]{32}-us\\d{1,2}', ['mailchimp', 'Mailchimp', 'MailChimp', 'MAILCHIMP']),
  ...token('a Google OAuth client secret', 'GOCSPX-[A-Za-z0-9_-]{28}', ['GOCSPX-']),
  ...token('a Google OAuth token', 'ya29\\.[A-Za-z0-9_-]{60,500}', ['ya29.']),
  ...token('a DigitalOcean token', 'do[opr]_v1_[0-9a-f]{64}', ['dop_v1_', 'doo_v1_', 'dor_v1_']),
  ...token('a Heroku key', 'HRKU-AA[A-Za-z0-9_-]{58}', ['HRKU-AA']),
  ...token('a Fly.io token', 'fm2_[A-Za-z0-9+/=]{100,2000}', ['fm2_']),
  ...token('a Render key', 'rnd_[A-Za-z0-9]{28,40}', ['rnd_']),
  ...token('a Netlify token', 'nf[pou]_[A-Za-z0-9]{36,40}', ['nfp_', 'nfo_', 'nfu_']),
  ...token('a Supabase token', 'sb(?:p|_secret)_[A-Za-z0-9_-]{30,60}', ['sbp_', 'sb_secret_']),
  ...token('a PlanetScale credential', 'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}', ['pscale_']),
  ...token('a Databricks token', 'dapi[0-9a-f]{32}', ['dapi']),
  ...token('a Vault token', 'hv[sb]\\.[A-Za-z0-9_-]{90,200}', ['hvs.', 'hvb.']),
  ...token('a Terraform Cloud token', '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_-]{60,70}', ['.atlasv1.']),
  ...token('a Pulumi token', 'pul-[0-9a-f]{40}', ['pul-']),
  ...token('a Doppler token', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{40,60}', ['dp.']),
  ...token('a Tailscale key', 'tskey-(?:auth|api|client|scim)-[A-Za-z0-9]{11,20}-[A-Za-z0-9]{20,40}', ['tskey-']),
  ...token('a 1Password token', 'ops_eyJ[A-Za-z0-9+/=]{200,2000}', ['ops_eyJ']),
  ...token('a Grafana token', 'glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}', ['glsa_']),
  ...token('a Sentry token', 'sntry(?:u_[0-9a-f]{64}|s_eyJ[A-Za-z0-9+/=_]{100,500})', ['sntryu_', 'sntrys_']),
  ...token('a New Relic key', 'NRAK-[A-Z0-9]{27}', ['NRAK-']),
  ...token('a Postman key', 'PMAK-[0-9a-f]{24}-[0-9a-f]{34}', ['PMAK-']),
  ...token('a Linear key', 'lin_api_[A-Za-z0-9]{40}', ['lin_api_']),
  ...token('a Notion token', 'ntn_\\d{11}[A-Za-z0-9]{35}', ['ntn_']),
  ...token('an Airtable token', 'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}', ['airtable', 'Airtable', 'AIRTABLE']),
  ...token('an Atlassian token', 'AT(?:ATT3xFf|CTT3xFf|BB)[A-Za-z0-9_=-]{28,240}', ['ATATT3xFf', 'ATCTT3xFf', 'ATBB']),
  ...token('a Contentful token', 'CFPAT-[A-Za-z0-9_-]{43}', ['CFPAT-']),
  ...token('a Mapbox secret', 'sk\\.eyJ[A-Za-z0-9_-]{60,120}\\.[A-Za-z0-9_-]{20,30}', ['sk.eyJ']),
  ...token('an age key', 'AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}', ['AGE-SECRET-KEY-1']),
  {
    what: 'a Discord bot token',
    marks: ['discord', 'Discord', 'DISCORD'],
    pattern: /(?<![\w.-])([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})(?![\w-])/g,
    isReal: secret => startsWithSnowflake(secret) && looksRandom(secret),
  },
]

/** Where databases are rented: a password for one of these opens it from anywhere; one for `localhost` or `db` does not. */
const databaseHosts = [
  '.amazonaws.com',
  '.neon.tech',
  '.supabase.co',
  '.render.com',
  '.railway.app',
  '.rlwy.net',
  '.elephantsql.com',
  '.mongodb.net',
  '.azure.com',
  '.ondigitalocean.com',
  '.aivencloud.com',
  '.redislabs.com',
  '.redis-cloud.com',
  '.upstash.io',
  '.cockroachlabs.cloud',
  '.psdb.cloud',
  '.cloudamqp.com',
  '.mlab.com',
]

/** Secrets whose form is common, told by what stands around them. */
const inContext: readonly Rule[] = [
  {
    what: 'a private key',
    marks: ['PRIVATE KEY'],
    pattern:
      /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----(?:[\r\n\\n"' +,\t]|Version:[^\n]{0,80}|Comment:[^\n]{0,80}){1,40}([A-Za-z0-9+/=]{40})/g,
    isReal: secret => !/(.)\1{7,}/.test(secret) && entropy40(secret),
  },
  {
    what: 'a PuTTY key',
    marks: ['PuTTY-User-Key-File-'],
    pattern: /PuTTY-User-Key-File-\d: [\s\S]{0,2000}?Private-Lines: \d{1,3}\s+([A-Za-z0-9+/=]{40})/g,
  },
  {
    what: 'an AWS access key',
    marks: ['AKIA', 'ASIA'],
    pattern: /(?<![A-Za-z0-9/+=])((?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Za-z0-9/+=])/g,
    isReal: secret => !secret.endsWith('EXAMPLE') && looksRandom(secret),
  },
  {
    what: 'an AWS secret key',
    marks: [
      'aws_secret',
      'AWS_SECRET',
      'awsSecret',
      'secret_access',
      'SECRET_ACCESS',
      'secretAccess',
      'SecretAccess',
      'aws.secret',
    ],
    pattern:
      /aws[\w.-]{0,20}secret[\w.-]{0,20}["']?[^\S\n]{0,4}(?::|=>?|,)[^\S\n]{0,4}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    isReal: secret => /[A-Z]/.test(secret) && /[a-z]/.test(secret) && /\d/.test(secret) && looksRandom(secret),
  },
  {
    what: 'a key of Azure storage',
    marks: ['AccountKey='],
    // The emulator's key is printed in its documentation, and the same for everybody.
    pattern: /AccountKey=((?!Eby8vdM02xNOcq)[A-Za-z0-9+/]{86}==)/g,
  },
  {
    what: 'an Azure client secret',
    marks: ['Q~'],
    pattern: /(?<![\w~.-])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})(?![\w~.-])/g,
  },
  {
    what: 'a Google API key',
    marks: ['AIza'],
    pattern: /(?<![\w-])(AIza[A-Za-z0-9_-]{35})(?![\w-])/g,
    // Keys for browsers are public: Firebase says so, and a map cannot be shown without one.
    isReal: (secret, { input, index }) =>
      looksRandom(secret) &&
      !/firebase|authDomain|messagingSenderId|measurementId|google_?maps?|maps\.google|youtubei/i.test(
        input.slice(Math.max(0, index - 300), index + 400),
      ),
  },
  {
    what: 'a Supabase service key',
    marks: ['.eyJ'],
    pattern: /(?<![\w-])(eyJ[A-Za-z0-9_-]{10,100}\.eyJ[A-Za-z0-9_-]{20,600}\.[A-Za-z0-9_-]{40,100})(?![\w-])/g,
    // The demo keys of its local stack are the same everywhere.
    isReal: secret => claimsOf(secret)?.['role'] === 'service_role' && claimsOf(secret)?.['iss'] !== 'supabase-demo',
  },
  {
    what: 'the password of a hosted database',
    marks: databaseHosts,
    pattern: new RegExp(
      `(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?)(?:\\+\\w{1,20})?://[^\\s/:@"'\`$<>{}]{0,100}:([^\\s/:@"'\`$<>{}]{6,200})@[^\\s/:@"'\`]{1,200}(?:${databaseHosts.map(host => host.replaceAll('.', '\\.')).join('|')})`,
      'g',
    ),
    isReal: secret => !isPlaceholder(secret),
  },
  {
    what: 'the token of a git server',
    marks: ['@github.com', '@gitlab.com', '@bitbucket.org'],
    pattern: /https:\/\/[^\s/:@"'$<>{}]{0,100}:([^\s/:@"'$<>{}]{8,200})@(?:github\.com|gitlab\.com|bitbucket\.org)\//g,
    isReal: secret => !isPlaceholder(secret),
  },
]

export const rules: readonly Rule[] = [...prefixed, ...inContext]

/** Any mark of any rule: one look at a file, for hardly any holds one. */
export const anyMark = new RegExp(
  [...new Set(rules.flatMap(({ marks }) => marks))].map(mark => mark.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
)

/** A token that stands by itself. `check` is the issuer's own; without one it must look random behind its prefix. */
function token(what: string, form: string, marks: readonly string[], check?: (secret: string) => boolean): Rule[] {
  const whole = form.includes('(') && !form.startsWith('(?:') && /\((?!\?)/.test(form) ? form : `(${form})`
  const pattern = new RegExp(`(?<![\\w-])${whole}(?![\\w-])`, 'g')
  if (check === undefined) return [{ what, marks, pattern }]
  return [{ what, marks, pattern, isReal: secret => check(secret) && looksRandom(secret), proves: true }]
}

function entropy40(text: string): boolean {
  return new Set(text).size >= 10
}
