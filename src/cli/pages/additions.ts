import type { Because } from '../../model/because.ts'
import type { Config } from '../../config/schema.ts'
import { count, list } from '../../kit/text.ts'
import type { Source } from '../../steps/image/account/provenance/source.ts'
import type { Row } from './project.ts'

/** The commit, where the files are not as it has them: such an image cannot be made again by somebody else. */
export function dirt(source: Source | null): Row[] {
  if (source === null || source.changed.length === 0) return []
  const { commit, changed } = source
  const more = changed.length > 3 ? [...changed.slice(0, 3), 'more'] : changed
  const text = `${commit.slice(0, 7)} and changes that are not in it: ${list(more)}`
  return [{ label: 'commit', text, because: [] }]
}

/** The encrypted files, each of one environment; what is inside only who has the key can say. */
export function encrypted(files: readonly string[]): Row[] {
  return files.flatMap(file => {
    const environment = /^\.wherry\/secrets\/([a-z0-9-]+)\.age$/.exec(file)?.[1]
    if (environment === undefined) return []
    const because: Because = [{ file, line: null, text: '' }]
    return [{ label: 'secrets', text: `encrypted, for ${environment}`, because }]
  })
}

/** What the config adds to what was found, or puts in its place: every escape hatch that is in use, on the page where a person looks before they ship. */
export function additions(config: Config, file: string | null): Row[] {
  const because: Because = file === null ? [] : [{ file, line: null, text: '' }]
  const { packages = [], exclude = [], 'allow-secrets': secrets = [], 'build-env': buildEnv = {} } = config.image ?? {}
  const row = (label: string, text: string): Row => ({ label, text, because })
  const { base, dockerfile, 'build-packages': buildPackages = [] } = config.image ?? {}
  const hooks = Object.entries(config.hooks ?? {}).flatMap(([name, argv]) => (argv ? [row(name, argv.join(' '))] : []))
  const extra = config.edge?.nginx?.split('\n').filter(line => /\S/.test(line) && !/^\s*#/.test(line)) ?? []
  return [
    ...(base === undefined ? [] : [row('base', base)]),
    ...(dockerfile === undefined ? [] : [row('image', `made by ${dockerfile}`)]),
    ...Object.entries(config.static ?? {}).map(([url, directory]) => row('static', `${url} → nginx · ${directory}/`)),
    ...Object.entries(config.processes ?? {}).map(([name, argv]) => row(name, argv.join(' '))),
    ...releaseRow(config.release?.command).map(text => row('release', text)),
    ...(Object.keys(config.env ?? {}).length > 0 ? [row('env', list(Object.keys(config.env ?? {})))] : []),
    ...(buildPackages.length > 0 ? [row('builds with', `${list(buildPackages)} (Debian)`)] : []),
    ...(packages.length > 0 ? [row('packages', `+ ${list(packages)} (Debian)`)] : []),
    ...(exclude.length > 0 ? [row('left out', list(exclude))] : []),
    ...(secrets.length > 0 ? [row('allowed', `${list(secrets)} though they look like secrets`)] : []),
    ...(Object.keys(buildEnv).length > 0 ? [row('build env', list(Object.keys(buildEnv)))] : []),
    ...Object.entries(config.secrets ?? {}).map(([name, given]) =>
      row('secret', `${name} from \`${given.command.join(' ')}\`${given.for ? ` for ${list(given.for)}` : ''}`),
    ),
    ...(extra.length > 0 ? [row('nginx', `+ ${count(extra.length, 'line')}: ${extra[0]?.trim()}`)] : []),
    ...hooks,
  ]
}

function releaseRow(command: NonNullable<Config['release']>['command']): string[] {
  if (command === undefined) return []
  return [command === false ? 'nothing, whatever was found' : `${command.join(' ')}, whatever was found`]
}
