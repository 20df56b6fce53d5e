import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'

/**
 * Real programs for tests, from the machine's own apt settings: the ones this machine can install, and those of other Debian
 * releases unpacked beside it, where a part is written for several versions of a program.
 */

/** Installs what is missing; nothing is started by it. */
export async function apt(...packages: readonly string[]): Promise<void> {
  const missing: string[] = []
  for (const name of packages) {
    const { stdout } = await exec(['dpkg-query', '-W', '-f=${Status}', name])
    if (!stdout.includes('ok installed')) missing.push(name)
  }
  if (missing.length === 0) return
  const quiet = { env: { ...environment(), DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } }
  // Two tests may ask at once, and apt gives up where another holds its locks.
  const alone = (...args: readonly string[]): [string, ...string[]] => [
    'flock',
    join(tmpdir(), 'wherry-apt.lock'),
    ...args,
  ]
  const install = alone('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing)
  // The lists are fetched only when the ones that are there do not do.
  if ((await exec(install, { timeout: 300_000, ...quiet })).code === 0) return
  await must(alone('apt-get', 'update', '-qq'), quiet)
  await must(install, quiet)
}

/** Packages of another Debian release, unpacked below `root`. Only what is named: dependencies are the caller's to know. */
export async function unpackDebian(suite: string, packages: readonly string[], root: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'wherry-apt-'))
  try {
    const options = await aptFor(suite, work)
    await must(['apt-get', ...options, 'update', '-qq'])
    await must(['apt-get', ...options, 'download', '-qq', ...packages], { cwd: work })
    await mkdir(root, { recursive: true })
    const archives = (await readdir(work)).filter(file => file.endsWith('.deb'))
    for (const archive of archives) await must(['dpkg-deb', '-x', join(work, archive), root])
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** How a program of an unpacked release is started: by that release's own loader, with its own libraries. */
export async function unpackedCommand(root: string, program: string): Promise<[string, ...string[]]> {
  const { stdout } = await must(['find', root, '-name', 'ld-linux-*.so.*', '-o', '-name', 'lib*.so.*'])
  const files = stdout.trim().split('\n')
  const loader = files.find(file => /\/ld-linux-/.test(file))
  if (loader === undefined) throw new Error(`No dynamic loader in ${root}`)
  const libraries = [...new Set(files.map(file => file.slice(0, file.lastIndexOf('/'))))].join(':')
  return [loader, '--library-path', libraries, join(root, program)]
}

/** apt's options to know one suite and nothing of this machine. */
async function aptFor(suite: string, work: string): Promise<string[]> {
  const lists = join(work, 'lists')
  await mkdir(join(lists, 'partial'), { recursive: true })
  await mkdir(join(work, 'none'), { recursive: true })
  const [archive, keyring] = await debianArchive()
  await writeFile(join(work, 'sources.list'), `deb [signed-by=${keyring}] ${archive} ${suite} main\n`)
  const settings: Readonly<Record<string, string>> = {
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': join(work, 'none'),
    'Dir::State::Lists': lists,
    'Dir::State::status': '/dev/null',
    'Dir::Cache': work,
    'APT::Sandbox::User': 'root',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

/** The main archive and its keyring, as this machine's sources name them (deb822 or one-line). */
async function debianArchive(): Promise<[archive: string, keyring: string]> {
  const parts = '/etc/apt/sources.list.d'
  const files = ['/etc/apt/sources.list', ...(await readdir(parts)).map(file => join(parts, file))]
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  const archive = /(?:^URIs:|^deb(?: \[[^\]]*\])?)\s+(\S+\/debian\/?)(?=\s|$)/m.exec(texts.join('\n'))?.[1]
  if (archive === undefined) throw new Error('No Debian archive in the sources of apt')
  return [archive, '/usr/share/keyrings/debian-archive-keyring.gpg']
}

async function must(argv: [string, ...string[]], options: Parameters<typeof exec>[1] = {}) {
  const result = await exec(argv, { timeout: 300_000, ...options })
  if (result.code !== 0)
    throw new Error(`${argv[0]} ${argv[1]} ended with ${result.code}: ${result.stderr.slice(-2000)}`)
  return result
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
