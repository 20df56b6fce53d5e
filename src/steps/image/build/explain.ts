import { list } from '../../../kit/text.ts'
import type { Distribution } from '../../../model/lock.ts'
import { buildNeedsPackage, sdistBroken } from '../errors.ts'
import { lastLines } from '../last-lines.ts'
import type { Missing } from './missing.ts'

const compilerNeeded =
  /\b(?:gcc|cc1|clang|g\+\+|rustc|cargo|cmake|gfortran|pkg-config|pg_config|mysql_config|swig|make)\b|command '[^']*cc' failed|unable to execute|Python\.h/

/** True for the output of a build that looked for a compiler, or for what a compiler reads. */
export function wantsCompiler(output: string): boolean {
  return compilerNeeded.test(output)
}

/** The error for a source distribution whose build failed. `missing` is what it looked for and did not find. */
export function explainBuild(
  { name, version }: Pick<Distribution, 'name' | 'version'>,
  output: string,
  missing: readonly Missing[] = [],
): Error {
  const evidence = lastLines(output, 12)
  // Build scripts ask for programs they can do without: one that no package has is hardly the reason.
  const first = missing.find(({ kind, packages }) => packages.length > 0 || kind !== 'program')
  const rust = explainRust(output)
  if (!first || rust !== null)
    return sdistBroken({
      what: `${name} ${version} is offered only as source, and its build fails.`,
      ...(rust === null ? {} : { why: rust }),
      next: `Take a version of ${name} that has a wheel for this Python on Linux, or one that builds${alternative(name)}.`,
      evidence,
    })
  const [one, ...others] = first.packages
  const setting = `image.build-packages = ["${one ?? 'NAME'}"]`
  return buildNeedsPackage({
    what: `${name} ${version} is offered only as source, and its build lacks ${describe(first)}.`,
    why:
      one === undefined
        ? 'No package of this Debian suite has it.'
        : others.length === 0
          ? `The Debian package ${one} has it.`
          : `These Debian packages have it: ${list(first.packages.slice(0, 8))}.`,
    next:
      one === undefined
        ? `Take a version of ${name} that has a wheel for this Python on Linux${alternative(name)}.`
        : `Add ${setting}${others.length > 0 ? ', or another of them,' : ''} to wherry.toml.`,
    evidence,
  })
}

/** What stands against building Rust here; null where that is not the reason. */
function explainRust(output: string): string | null {
  if (
    /requires rustc \d|rustc \d\S* is not supported|requires the Cargo feature|edition20\d\d. is required/.test(output)
  )
    return 'It needs a newer Rust than this Debian suite has.'
  const asksNetwork = /failed to (?:download|fetch|get|load|query)|(?:resolve host|Network is unreachable)/i.test(
    output,
  )
  return asksNetwork && /\b(?:cargo|crates?)\b/i.test(output)
    ? 'It is written in Rust and fetches its crates while it is built, and a build has no network.'
    : null
}

function describe({ kind, name }: Missing): string {
  const words = {
    header: 'the header',
    library: 'the library',
    'pkg-config': 'what pkg-config calls',
    program: 'the program',
  }
  return `${words[kind]} ${name}`
}

const wheelsElsewhere: Readonly<Record<string, string>> = {
  psycopg2: 'psycopg2-binary',
  mysqlclient: 'PyMySQL',
  uwsgi: 'nothing at all: Gunicorn serves the app',
}

function alternative(name: string): string {
  const other = Object.hasOwn(wheelsElsewhere, name) ? wheelsElsewhere[name] : undefined
  return other ? `, or ${other}` : ''
}
