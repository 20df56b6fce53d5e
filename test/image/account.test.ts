import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCache } from '../../src/kit/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import { image, update } from '../../src/ship.ts'
import type { Made } from '../../src/ship/values.ts'
import { baseScore } from '../../src/steps/image/account/advisories/severity.ts'
import { openAccount, type Account } from '../../src/steps/image/account/index.ts'
import type { Bom, Component } from '../../src/steps/image/account/sbom/cyclonedx.ts'
import { sharedCache } from '../support/image-place.ts'
import { commit } from '../support/repository.ts'

/** What an image's account says, before those who wrote the formats: CycloneDX's own validator, a DSSE verifier that is not ours. */

let root: string
let python: string
let made: Made
let account: Account

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-account-'))
  const directory = join(root, 'mobile-backend')
  cpSync(resolve(import.meta.dirname, '../../examples/mobile-backend'), directory, { recursive: true })
  rmSync(join(directory, 'expect.json'))
  commit(directory, new Date().toISOString())
  process.env['WHERRY_CACHE'] = sharedCache
  made = await image(directory, { report: () => {} })
  account = await openAccount(subjectOf(made), openCache(sharedCache))
  await run(['python3', '-m', 'venv', join(root, 'judges')])
  python = join(root, 'judges/bin/python')
  const judges = ['cyclonedx-python-lib[json-validation]', 'packageurl-python', 'securesystemslib[crypto]', 'cvss']
  await run([python, '-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...judges])
})
afterAll(async () => {
  delete process.env['WHERRY_CACHE']
  await rm(root, { recursive: true, force: true })
})

function subjectOf({ plan, made, detected }: Made) {
  return { plan, made, wanted: { ...detected.packages, directory: '.' }, checkout: detected.checkout, libraries: [] }
}

async function run(argv: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, { timeout: 300_000 })
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}${stdout}`)
  return stdout
}

const validator = `
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

text = open(sys.argv[1]).read()
document = json.loads(text)
purls = [each["purl"] for each in document["components"] if "purl" in each]
print(json.dumps({
    "error": str(JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) or ""),
    "foreign": [purl for purl in purls if PackageURL.from_string(purl).to_string() != purl],
}))
`

test('the bill of materials is valid CycloneDX 1.6, complete, and the same each time', async () => {
  const [file, script] = [join(root, 'sbom.json'), join(root, 'validate.py')]
  const text = await account.sbom()
  await writeFile(file, text)
  await writeFile(script, validator)
  expect(JSON.parse(await run([python, script, file]))).toEqual({ error: '', foreign: [] })
  expect(await (await openAccount(subjectOf(made), openCache(sharedCache))).sbom()).toBe(text)
  const bom = JSON.parse(text) as Bom
  const { base, wheels, sdists } = made.made.lock
  const locked = [...base.packages, ...base.nginx, ...base.libraries, ...wheels, ...sdists].map(({ sha256 }) => sha256)
  const hashes = bom.components.flatMap(({ hashes }) => hashes ?? []).map(({ content }) => content)
  expect(hashes.sort()).toEqual(locked.sort())
})

test('what a wheel says it holds is part of it, and of the graph', async () => {
  const bom = JSON.parse(await account.sbom()) as Bom
  const core = bom.components.find(({ name }) => name === 'pydantic-core') as Component
  expect(core.components?.map(({ name }) => name)).toContain('serde')
  const edge = bom.dependencies.find(({ ref }) => ref === core.purl)
  expect(edge?.dependsOn.some(ref => ref.includes('#sboms/'))).toBe(true)
})

const scores = `
import itertools, json
from cvss import CVSS3
values = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN", "I": "HLN", "A": "HLN"}
vectors = ["CVSS:3.1/" + "/".join(map(":".join, zip(values, each))) for each in itertools.product(*values.values())]
print(json.dumps([[vector, float(CVSS3(vector).base_score)] for vector in vectors]))
`

test('severity scores are those of the reference calculator, for every vector of CVSS 3.1', async () => {
  const script = join(root, 'scores.py')
  await writeFile(script, scores)
  const known = JSON.parse(await run([python, script])) as [string, number][]
  expect(known).toHaveLength(2592)
  expect(known.filter(([vector, score]) => baseScore(vector) !== score)).toEqual([])
})

const verifier = `
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

envelope = json.load(open(sys.argv[1]))["dsseEnvelope"]
for signature in envelope["signatures"]:
    signature["keyid"] = "k"
key = SSlibKey.from_crypto(load_pem_public_key(open(sys.argv[2], "rb").read()), keyid="k")
envelope = Envelope.from_dict(envelope)
envelope.verify([key], 1)
print(envelope.payload.decode())
`

test.each([
  ['Ed25519', () => generateKeyPairSync('ed25519')],
  ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
])(
  'provenance signed with %s is verified by another implementation, and names every package by hash',
  async (_, make) => {
    const { privateKey, publicKey } = make()
    const [key, pub, bundle, script] = ['key.pem', 'key.pub', 'bundle.json', 'verify.py'].map(name => join(root, name))
    await writeFile(key ?? '', privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    await writeFile(pub ?? '', publicKey.export({ type: 'spki', format: 'pem' }))
    await writeFile(bundle ?? '', await account.provenance(key ?? ''))
    await writeFile(script ?? '', verifier)
    const statement = JSON.parse(await run([python, script ?? '', bundle ?? '', pub ?? ''])) as {
      subject: { digest: { sha256: string } }[]
      predicate: { buildDefinition: { resolvedDependencies: { name: string; digest: Record<string, string> }[] } }
    }
    expect(`sha256:${statement.subject[0]?.digest.sha256}`).toBe(made.made.image.digest)
    const materials = statement.predicate.buildDefinition.resolvedDependencies
    expect(materials[0]).toMatchObject({
      name: 'source',
      digest: { gitCommit: expect.stringMatching(/^[0-9a-f]{40}$/) },
    })
    for (const { name, sha256 } of [...made.made.lock.wheels, ...made.made.lock.base.packages])
      expect(materials).toContainEqual(expect.objectContaining({ name, digest: { sha256 } }))
    const other = join(root, 'other.pub')
    await writeFile(other, make().publicKey.export({ type: 'spki', format: 'pem' }))
    await expect(run([python, script ?? '', bundle ?? '', other])).rejects.toThrow('ended with 1')
  },
)

test('an update moves what nothing pins, says so before it does, and has nothing to do twice', async () => {
  const directory = join(root, 'aged')
  mkdirSync(directory)
  writeFileSync(join(directory, 'app.py'), 'from flask import Flask\n\napp = Flask(__name__)\n')
  writeFileSync(join(directory, 'requirements.txt'), 'flask>=3\n')
  commit(directory, '2025-01-10T00:00:00Z')
  const quiet = { report: () => {} }
  const { lock } = (await image(directory, quiet)).made
  const file = join(directory, 'wherry.lock')
  const written = readFileSync(file, 'utf8')
  const flask = (wheels: readonly { name: string; version: string }[]) =>
    wheels.find(({ name }) => name === 'flask')?.version
  const dry = await update(directory, { ...quiet, dryRun: true })
  expect([dry.written, flask(lock.wheels)]).toEqual([false, '3.1.0'])
  expect(readFileSync(file, 'utf8')).toBe(written)
  expect(flask(dry.after.wheels)).not.toBe('3.1.0')
  expect(await update(directory, quiet)).toMatchObject({ written: true, before: lock })
  expect((await update(directory, quiet)).written).toBe(false)
  expect(flask((await image(directory, quiet)).made.lock.wheels)).toBe(flask(dry.after.wheels))
})
