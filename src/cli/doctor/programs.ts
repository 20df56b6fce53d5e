import { exec } from '../../kit/exec.ts'
import { findPython } from '../../engines/sandbox/python.ts'
import type { Check } from './check.ts'

/** The programs Wherry starts on this machine, and the one it runs in. */
export async function checkPrograms(): Promise<Check[]> {
  return [node(), await python(), await git()]
}

function node(): Check {
  return { name: 'Node.js', state: 'there', text: process.versions.node, because: process.execPath, next: null }
}

async function python(): Promise<Check> {
  const found = process.platform === 'linux' ? await findPython() : null
  const [program] = found ?? []
  const version = program === undefined ? null : await say([program, '--version'])
  if (version !== null && program !== undefined)
    return { name: 'Python', state: 'there', text: version.replace('Python ', ''), because: program, next: null }
  const because = 'the image’s own is used instead'
  return { name: 'Python', state: 'absent', text: 'none that can be used', because, next: null }
}

async function git(): Promise<Check> {
  const version = await say(['git', '--version'])
  if (version === null) {
    const next = 'Install git: without it every file counts, ignored or not, and requirements resolve as of today.'
    return { name: 'git', state: 'absent', text: 'not installed', because: 'not in PATH', next }
  }
  return { name: 'git', state: 'there', text: version.replace('git version ', ''), because: 'in PATH', next: null }
}

async function say(argv: readonly [string, ...string[]]): Promise<string | null> {
  const answer = await exec(argv, { timeout: 10_000 }).catch(() => null)
  return answer?.code === 0 ? answer.stdout.trim() : null
}
