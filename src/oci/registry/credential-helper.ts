import { z } from 'zod'
import { exec } from '../../kit/exec.ts'
import { readJson } from '../../kit/json.ts'
import { Secret } from '../../kit/secret.ts'
import { printable } from '../../kit/text.ts'
import type { Credential, Environment } from './credential.ts'
import { badCredentials } from './errors.ts'

const answerSchema = z.object({ Username: z.string(), Secret: z.string() })

/** As docker's own helpers say it: github.com/docker/docker-credential-helpers, credentials/error.go. */
const notFound = /credentials not found in native keychain/

/**
 * Asks the program docker-credential-NAME, which reads the server from its stdin and prints JSON. Null when it has nothing for the
 * host. Throws `bad-registry-credentials`.
 */
export async function askHelper(name: string, host: string, env: Environment): Promise<Credential | null> {
  const program = `docker-credential-${name}`
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw failed(program, 'its name is not that of a program')
  // Docker Hub is kept under the name that docker has always given it.
  const input = host === 'docker.io' ? 'https://index.docker.io/v1/' : host
  const result = await exec([program, 'get'], { input, timeout: 60_000, env: given(env) }).catch((error: unknown) => {
    throw failed(program, error instanceof Error ? error.message : String(error))
  })
  if (result.code !== 0) {
    if (notFound.test(result.stdout) || notFound.test(result.stderr)) return null
    throw failed(program, result.timedOut ? 'it did not end within a minute' : result.stderr || result.stdout)
  }
  const answer = answerSchema.safeParse(readJson(result.stdout))
  if (!answer.success) throw failed(program, 'it did not print what a credential helper prints')
  const { Username: user, Secret: secret } = answer.data
  if (secret === '') return null
  // So named when what is kept is an identity token: docker/cli, cli/config/credentials/native_store.go.
  if (user === '<token>') return { kind: 'identity', token: new Secret(secret), from: program }
  return { kind: 'password', user, password: new Secret(secret), from: program }
}

function given(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function failed(program: string, why: string): Error {
  return badCredentials({
    what: `The credential helper ${program} does not say the password.`,
    why: printable(why.trim()).split('\n').slice(-3).join(' ').slice(0, 500),
    next: 'Install or mend it, or sign in again with `docker login`.',
  })
}
