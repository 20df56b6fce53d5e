import { printable } from '../../kit/text.ts'
import type { Host, LogLine } from '../../targets/host/index.ts'
import type { Face } from '../face/index.ts'
import type { Style } from '../face/style.ts'
import { timeOfDay } from './time.ts'

/** A line of a process: when, who, what. What it printed is foreign text and must not steer the terminal. */
export function logLine({ at, process: name, text }: LogLine, style: Style): string {
  return `${style.dim(timeOfDay(new Date(at)))} ${style.cyan(name.padEnd(8))} ${printable(text)}`
}

/** Shows what is printed from now on, until the signal aborts. */
export async function followLogs(host: Host, face: Face, signal: AbortSignal): Promise<void> {
  for await (const line of host.logs({ follow: true, since: Date.now(), signal })) {
    face.line(logLine(line, face.style))
  }
}
