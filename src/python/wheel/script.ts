import type { EntryPoint } from './entry-points.ts'

/** What pip writes for a console script, without the parts that only serve Windows. */
export function writeScript({ module, attribute }: EntryPoint, interpreter: string): string {
  const [imported] = attribute.split('.', 1)
  return `${shebang(interpreter)}import sys
from ${module} import ${imported}

if __name__ == '__main__':
    sys.exit(${attribute}())
`
}

/** True for a script that asks the installer to fill in its interpreter (`#!python`, `#!pythonw`: binary distribution format). */
export function asksForInterpreter(content: Uint8Array): boolean {
  return Buffer.from(content.subarray(0, 8)).toString('latin1') === '#!python'
}

/** The script with its first line replaced, line ending included, as pip does. */
export function fillInterpreter(content: Uint8Array, interpreter: string): Buffer {
  const end = content.indexOf(0x0a)
  return Buffer.concat([Buffer.from(shebang(interpreter)), end < 0 ? Buffer.alloc(0) : content.subarray(end + 1)])
}

/** Linux reads 256 bytes of the line at most (BINPRM_BUF_SIZE; 128 before 5.1) and splits it at the first space. */
function shebang(interpreter: string): string {
  if (!/^\/[^\s]{1,120}$/.test(interpreter)) throw new Error(`not an interpreter for a first line: ${interpreter}`)
  return `#!${interpreter}\n`
}
