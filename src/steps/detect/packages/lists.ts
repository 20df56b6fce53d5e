import { posix } from 'node:path'
import { pathIn, type Place } from './place.ts'

/** A requirements file by its name's meaning. */
export interface List {
  readonly file: string
  readonly use: 'production' | 'plain' | 'base' | 'source' | 'development'
  /** Why this one, in words. */
  readonly reason: string
}

/** What the words in a file's name say of its use; the first that fits decides. */
const uses: readonly (readonly [List['use'], RegExp])[] = [
  [
    'development',
    /(?:^|[-_./])(?:dev|devel|develop|development|tests?|testing|ci|docs?|lint|linting|local|optional|build|debug|notebooks?|jupyter|win|windows|mac|macos|gpu|benchmarks?|extras?|style|typing|mypy|pre-commit|old|backup)(?=[-_./]|$)/,
  ],
  ['production', /(?:^|[-_./])(?:prod|production|deploy|deployment|docker|heroku|live|server|web)(?=[-_./]|$)/],
  ['base', /(?:^|[-_./])(?:base|common|core|main|app|default|min|minimal|run|runtime)(?=[-_./]|$)/],
]

/** Plain first: a `requirements.txt` is what pip's users, and every platform, take. */
const order: readonly List['use'][] = ['plain', 'production', 'base', 'source', 'development']

const reasons: Readonly<Record<List['use'], string>> = {
  plain: 'the requirements file of the directory',
  production: 'its name says production',
  base: 'its name says it is the common list',
  source: 'the source list; nothing compiled stands beside it',
  development: 'the only list there is, though its name says development',
}

/** Includes the misspellings that Heroku's buildpack found worth a message of its own. */
const named =
  /^(?:[\w-]+[-_.])?(?:requirements?|requirments?|requiremets?|requeriments|reqs?|dependencies|deps)(?:[-_.][\w.-]+)?$/i

/** The requirements files of a place, the one to install from first. */
export function listLists(place: Place): readonly List[] {
  const { checkout, directory } = place
  // A FIFO of that name is a list too: reading it is refused by name, where passing over it would install nothing.
  const specials = checkout.specials.filter(path => posix.dirname(path) === directory).map(path => posix.basename(path))
  const here = [...checkout.children(directory === '.' ? '' : directory), ...specials].filter(isListName)
  const folder = ['requirements', 'requirement', 'reqs'].find(name => checkout.hasDirectory(pathIn(place, name)))
  const below =
    folder === undefined
      ? []
      : checkout
          .children(pathIn(place, folder))
          .filter(isListFile)
          .map(name => `${folder}/${name}`)
  const lists = [...here, ...below].map(name => describe(name, pathIn(place, name)))
  return lists.sort(
    (a, b) =>
      order.indexOf(a.use) - order.indexOf(b.use) || a.file.length - b.file.length || (a.file < b.file ? -1 : 1),
  )
}

function isListName(name: string): boolean {
  const stem = name.replace(/\.(?:txt|in|pip|list)$/i, '')
  return !name.endsWith('/') && named.test(stem) && /(?:^[^.]+|\.(?:txt|in|pip|list))$/i.test(name)
}

/** In a folder called requirements every text file is a list. */
function isListFile(name: string): boolean {
  return /\.(?:txt|in|pip)$/i.test(name) && !/readme|license|constraints/i.test(name)
}

function describe(name: string, file: string): List {
  const stem = name.toLowerCase().replace(/\.(?:txt|in|pip|list)$/, '')
  const plain =
    /^(?:requirements?|requirments?|requiremets?|requeriments|reqs?|(?:requirements?|reqs?)\/(?:requirements?|reqs?))$/.test(
      stem,
    )
  const word = plain
    ? undefined
    : uses.find(([, pattern]) => pattern.test(stem.replace(/requirements?|reqs?/, '')))?.[0]
  const use =
    name.toLowerCase().endsWith('.in') && word !== 'development' ? 'source' : (word ?? (plain ? 'plain' : 'base'))
  return { file, use, reason: use === 'plain' ? `${posix.basename(name)} is there` : reasons[use] }
}
