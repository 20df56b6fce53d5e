import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import * as edge from '../../src/nginx/index.ts'
import { apt } from '../support/apt.ts'
import { bringNginx, suites, type NginxProgram } from '../support/nginx-programs.ts'
import { siteIn, sitesIn, staticsIn } from '../support/nginx-sites.ts'
import { readNginx, type Read } from '../support/nginx-tokens.ts'

/** Every configuration we can write is accepted by the nginx it is written for, and means to other readers what it means to us. */
const directory = mkdtempSync(join(tmpdir(), 'wherry-nginx-'))
const file = edge.parseDiskPath(join(directory, 'nginx.conf'))
const tools = join(directory, 'tools')
const tls = {
  certificate: edge.parseDiskPath(`${directory}/cert.pem`),
  key: edge.parseDiskPath(`${directory}/key.pem`),
}

beforeAll(async () => {
  mkdirSync(join(directory, 'temp'))
  writeFileSync(join(directory, 'extra.conf'), 'client_max_body_size 3m;\n')
  await apt('python3-venv', 'openssl')
  const { certificate, key } = tls
  const subject = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=a.example']
  await must(['openssl', 'req', '-x509', ...subject, '-out', certificate, '-keyout', key])
  await must(['python3', '-m', 'venv', tools])
  await must([join(tools, 'bin/pip'), 'install', '--quiet', 'gixy-next', 'crossplane'])
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function must(argv: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, { timeout: 300_000 })
  if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${stderr}`)
  return stdout
}

async function accepts({ argv, nginx }: NginxProgram, site: edge.Site): Promise<string> {
  writeFileSync(file, edge.writeConfiguration(site, nginx))
  const [, ...args] = edge.nginxCommand(file, nginx, { test: true })
  const { code, stderr } = await exec([...argv, ...args])
  return code === 0 ? stderr.replaceAll(/^.*(?:syntax is ok|test is successful)$/gm, '').trim() : `refused: ${stderr}`
}

const secure = { address: edge.parseAddress('127.0.0.1'), port: edge.parsePort(18_445), tls: true }
const choices: readonly (readonly [string, Partial<edge.Site>])[] = [
  ['plain', {}],
  [
    'names',
    {
      serverNames: ['a.example', '*.a.example', `${'n'.repeat(60)}.${'n'.repeat(60)}.${'n'.repeat(60)}.example`].map(
        edge.parseHostname,
      ),
    },
  ],
  ['many names', { serverNames: Array.from({ length: 500 }, (_, i) => edge.parseHostname(`site-${i}.example`)) }],
  [
    'statics',
    { statics: [staticsIn(directory), staticsIn(directory, { url: edge.parseUrlPrefix('/'), immutable: 'none' })] },
  ],
  ['trust', { trustedProxies: [edge.parseCidr('10.0.0.0/8'), edge.parseCidr('fd00::/8'), 'unix:'] }],
  ['headers', { headers: [edge.parseHeader('X-Price', '$5 "a" \\ b'), edge.parseHeader('X-Frame-Options', 'DENY')] }],
  ['extra', { extraFile: edge.parseDiskPath(`${directory}/extra.conf`) }],
  ['no log', { accessLog: 'off', errorLog: edge.parseDiskPath(`${directory}/error.log`) }],
  ['TLS', { listen: [secure], tls }],
  ['TLS and plain', { listen: [secure, { ...secure, port: edge.parsePort(18_446), tls: false }], tls }],
]

describe.each(suites)('the nginx of %s', suite => {
  let program: NginxProgram
  beforeAll(async () => {
    program = await bringNginx(suite)
  })

  test('accepts each choice and each pair of choices without a word', async () => {
    for (const [i, [first, one]] of choices.entries()) {
      for (const [second, two] of choices.slice(i)) {
        expect(await accepts(program, siteIn(directory, { ...one, ...two })), `${first} with ${second}`).toBe('')
      }
    }
  })

  test('accepts any site', async () => {
    await fc.assert(
      fc.asyncProperty(sitesIn(directory), async site => {
        expect(await accepts(program, site)).toBe('')
      }),
      { numRuns: 60 },
    )
  })

  test('does not let the extra file close our blocks', async () => {
    writeFileSync(join(directory, 'escape.conf'), '} server { listen 127.0.0.1:18447; }\n')
    const site = siteIn(directory, { extraFile: edge.parseDiskPath(`${directory}/escape.conf`) })
    expect(await accepts(program, site)).toMatch(/refused: .*unexpected "}" in \S+escape\.conf:1/s)
  })

  test('is given nothing gixy finds fault with', async () => {
    for (const [name, changes] of choices) {
      writeFileSync(file, edge.writeConfiguration(siteIn(directory, { ...choices[3]?.[1], ...changes }), program.nginx))
      const { stdout } = await exec([join(tools, 'bin/gixy'), '--format', 'json', file])
      const findings = JSON.parse(stdout) as { plugin: string }[]
      expect(
        findings.filter(finding => !Object.hasOwn(exempt, finding.plugin)),
        name,
      ).toEqual([])
    }
  })
})

/** What gixy finds and we keep, and why. */
const exempt: Readonly<Record<string, string>> = {
  try_files_is_evil_too:
    'It wants open_file_cache, which is keyed by path: after a switch it would serve the old release’s files. One stat is the price.',
}

interface Parsed {
  readonly directive: string
  readonly args: readonly string[]
  readonly block?: readonly Parsed[]
}

test('crossplane reads the tree that was written', async () => {
  const nginx = edge.nginxOf('1.26.3')
  const sites = fc.sample(sitesIn(directory), 25)
  for (const site of sites) {
    const source = edge.writeConfiguration(site, nginx)
    writeFileSync(file, source)
    const output = await must([join(tools, 'bin/crossplane'), 'parse', '--single-file', file])
    const parsed = JSON.parse(output) as { config: { parsed: Parsed[] }[] }
    expect(parsed.config[0]?.parsed.map(fromCrossplane)).toEqual(readNginx(source).map(withoutParentheses))
  }
})

/** crossplane leaves the backslashes of a quoted word as they stand. */
function fromCrossplane({ directive, args, block }: Parsed): Read {
  const words = [directive, ...args].map(word => word.replaceAll('\\\\', '\\'))
  return block ? { words, block: block.map(fromCrossplane) } : { words }
}

/** crossplane reads the parentheses of an `if` as its own, not as words. */
function withoutParentheses({ words, block }: Read): Read {
  const bare = words[0] === 'if' ? words.map(word => word.replace(/^\(/, '')).filter(word => word !== ')') : words
  return block ? { words: bare, block: block.map(withoutParentheses) } : { words: bare }
}
