import type { Because } from '../../../model/because.ts'
import type { ProcessFact } from '../../../model/project.ts'
import { findOrigin } from '../../../python/source/origin.ts'
import { joinPath, moduleName } from '../../../python/source/resolve.ts'
import { walk, type Statement } from '../../../python/source/statement.ts'
import { dotted } from '../../../python/source/value.ts'
import { appFiles, reason, type Ground } from './ground.ts'

/**
 * Workers of the task queues beside Celery, where the source says all that their command needs. Plain RQ and Huey do not: which queues
 * and which Redis, and which modules hold the tasks, is said on the command line only.
 */
export function findWorkers(ground: Ground, written: readonly ProcessFact[]): ProcessFact[] {
  const words = new Set(written.flatMap(({ command }) => command ?? []).map(word => word.split('/').at(-1) ?? word))
  return [dramatiq, arq, djangoQueue]
    .filter(find => !find.words.some(word => words.has(word)))
    .flatMap(find => find(ground) ?? [])
    .slice(0, 1)
}

/** `dramatiq MODULE …` imports the modules that hold actors. @see Dramatiq's guide, Workers */
function dramatiq(ground: Ground): ProcessFact | null {
  if (!ground.requires('dramatiq')) return null
  const found = statements(ground, /\bactor\b/).filter(
    ({ file, statement }) =>
      statement.kind === 'function' &&
      statement.decorators.some(one =>
        comesFrom(ground, file, dotted(one.kind === 'call' ? one.callee : one), 'dramatiq.actor'),
      ),
  )
  const modules = [...new Set(found.map(({ module }) => module))]
  const [first] = found
  return first ? worker(['dramatiq', ...modules], first.because) : null
}
dramatiq.words = ['dramatiq', 'rundramatiq']

/** `arq MODULE.WorkerSettings`: the class is the worker's whole configuration. @see arq's documentation, WorkerSettings */
function arq(ground: Ground): ProcessFact | null {
  if (!ground.requires('arq')) return null
  const one = statements(ground, /\bclass WorkerSettings\b/).find(
    ({ statement }) => statement.kind === 'class' && statement.name === 'WorkerSettings',
  )
  return one ? worker(['arq', `${one.module}.WorkerSettings`], one.because) : null
}
arq.words = ['arq']

/** Apps of Django that bring a command for their worker and read where the queue is from the settings. */
const commands: Readonly<Record<string, readonly string[]>> = {
  django_rq: ['rqworker'],
  'huey.contrib.djhuey': ['run_huey'],
  django_dramatiq: ['rundramatiq'],
  django_q: ['qcluster'],
}

function djangoQueue({ tree, root, settingsFile }: Ground): ProcessFact | null {
  if (settingsFile === null || !tree.has(joinPath(root, 'manage.py'))) return null
  const lines = tree.text(settingsFile).split('\n')
  for (const [app, command] of Object.entries(commands)) {
    const listed = new RegExp(`^[^#]*["']${app.replaceAll('.', '\\.')}["']\\s*(?:,|\\]|\\)|$)`)
    const line = lines.findIndex(text => listed.test(text))
    if (line !== -1) return worker(['python', 'manage.py', ...command], [reason(tree, settingsFile, line + 1)])
  }
  return null
}
djangoQueue.words = Object.values(commands).flat()

function worker(command: readonly string[], because: Because): ProcessFact {
  return { name: 'worker', command, because }
}

interface Found {
  readonly statement: Statement
  readonly file: string
  readonly module: string
  readonly because: Because
}

/** Statements at the top of the app's modules whose text has the word. */
function statements(ground: Ground, word: RegExp): Found[] {
  const { tree, root, app } = ground
  return appFiles(ground).flatMap(file => {
    const module = word.test(tree.text(file)) ? moduleName(file, joinPath(root, app.path)) : null
    if (module === null) return []
    const placed = [...walk(tree.module(file).body)].filter(({ guard }) => guard === null)
    return placed.map(({ statement }) => ({ statement, file, module, because: [reason(tree, file, statement.line)] }))
  })
}

function comesFrom({ tree }: Ground, file: string, name: string | null, wanted: string): boolean {
  if (name === null) return false
  if (name === wanted) return true
  const origin = name.includes('.') ? null : findOrigin(tree, file, name)
  return origin?.kind === 'external' && origin.name === wanted
}
