import type { Note, ProcessFact } from '../../../model/project.ts'
import { findOrigin } from '../../../python/source/origin.ts'
import { joinPath, moduleName } from '../../../python/source/resolve.ts'
import { walk } from '../../../python/source/statement.ts'
import { dotted } from '../../../python/source/value.ts'
import { processNeedsShell } from '../notes.ts'
import { appFiles, reason, type Ground } from './ground.ts'
import { readProcfile } from './procfile.ts'
import { findWorkers } from './workers.ts'

/** The ways to start the image: `web`, what the Procfile names, and the workers that the source has all the words of. */
export function findProcesses(ground: Ground): { processes: ProcessFact[]; notes: Note[] } {
  const web: ProcessFact = { name: 'web', command: null, because: ground.app.because }
  const notes: Note[] = []
  const processes: ProcessFact[] = [web]
  for (const { name, text, argv, file, line } of readProcfile(ground.checkout, ground.root)) {
    const because = [{ file, line, text: `${name}: ${text}` }]
    if (name === 'web') processes[0] = { ...web, because }
    else if (argv) processes.push({ name, command: argv, because })
    else notes.push(needsShell(name, because))
  }
  if (!processes.some(({ command }) => command?.some(word => /(?:^|\/)celery$/.test(word))))
    processes.push(...celery(ground))
  if (!processes.some(({ name }) => name === 'worker')) processes.push(...findWorkers(ground, processes))
  return { processes, notes }
}

function needsShell(name: string, because: ProcessFact['because']): Note {
  return processNeedsShell(
    `the process \`${name}\` is a shell script, and images have no shell to run it: write it as argv under [processes] in wherry.toml`,
    because,
  )
}

/** `celery -A MODULE worker` for the module that makes the Celery object, and beat when a schedule is written down. */
function celery(ground: Ground): ProcessFact[] {
  if (!ground.requires('celery')) return []
  for (const file of appFiles(ground)) {
    const { tree } = ground
    if (!/\bCelery\s*\(/.test(tree.text(file))) continue
    const module = moduleName(file, joinPath(ground.root, ground.app.path))
    if (module === null) continue
    for (const { statement, guard } of walk(tree.module(file).body)) {
      if (statement.kind !== 'assign' || guard !== null || statement.value?.kind !== 'call') continue
      const [target] = statement.targets
      const callee = dotted(statement.value.callee)
      if (target?.kind !== 'name' || !callee) continue
      const origin = callee.includes('.') ? null : findOrigin(tree, file, callee)
      const made = callee === 'celery.Celery' || (origin?.kind === 'external' && origin.name === 'celery.Celery')
      if (!made) continue
      const because = [reason(tree, file, statement.line)]
      const object = `${module}:${target.name}`
      const worker: ProcessFact = {
        name: 'worker',
        command: ['celery', '-A', object, 'worker', '--loglevel', 'INFO'],
        because,
      }
      const schedule = beatSchedule(ground)
      return schedule
        ? [worker, { name: 'beat', command: ['celery', '-A', object, 'beat', '--loglevel', 'INFO'], because: schedule }]
        : [worker]
    }
  }
  return []
}

function beatSchedule(ground: Ground): ProcessFact['because'] | null {
  for (const file of appFiles(ground)) {
    const lines = ground.tree.text(file).split('\n')
    const at = lines.findIndex(
      line => /\bbeat_schedule\s*=|CELERY_?BEAT_SCHEDULE\s*=|\.add_periodic_task\(/.test(line) && !/^\s*#/.test(line),
    )
    if (at >= 0) return [reason(ground.tree, file, at + 1)]
  }
  return null
}
