import type { Distribution } from '../../../model/lock.ts'
import type { Tools } from '../tools.ts'

/** Milliseconds between two lines shown: a compiler prints hundreds a second. */
const pace = 250

/** The line of the live list that a build is. */
export function taskOf({ name, version }: Distribution): string {
  return `building ${name} ${version} from source`
}

/** Shows what a long build is at: its last line of output, beside its own name. */
export function showProgress(sdist: Distribution, { report }: Tools): (line: string) => void {
  const text = taskOf(sdist)
  let last = 0
  return line => {
    const now = performance.now()
    const said = line.trim()
    if (said === '' || now - last < pace) return
    last = now
    report({ step: 'image', level: 'progress', task: text, text: `${text}: ${said.slice(0, 120)}` })
  }
}
