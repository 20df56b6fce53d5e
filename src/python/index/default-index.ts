import { exec } from '../../kit/exec.ts'

/** Prints pip's own default, which `pip config` does not show. */
const question = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)'

/**
 * The package index that pip uses when nobody told it otherwise, asked of a pip on this machine; null when there is none. Which
 * index is the default is pip's knowledge, not ours.
 */
export async function findDefaultIndex(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | null> {
  const pythons = ['python3', 'python', '/usr/bin/python3', '/usr/local/bin/python3']
  for (const python of pythons) {
    try {
      const { code, stdout } = await exec([python, '-I', '-c', question], { timeout: 20_000, env: plain(env) })
      const url = stdout.trim()
      if (code === 0 && URL.canParse(url)) return url
    } catch {
      // Not on this machine: the next one.
    }
  }
  return null
}

/** The package index that a uv uses when nobody told it otherwise: its log names the address it would ask. Null where it does not say. */
export async function askUvForIndex(uv: string): Promise<string | null> {
  const argv = [uv, 'pip', 'compile', '-', '--offline', '--no-cache', '--no-config', '-vv'] as const
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: process.env['HOME'] ?? '/' }
  const { stderr } = await exec(argv, { timeout: 20_000, input: 'six', env })
  const url = /\b(https?:\/\/[^\s`]+)six\/?`?/.exec(stderr)?.[1] ?? ''
  return URL.canParse(url) ? url : null
}

function plain(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined))
}
