import { Buffer } from 'node:buffer'
import { unsafePath, whiteoutName } from './errors.ts'

/** Which paths an image may hold: those that every engine, registry scanner and Linux file system understands in one way. */

/** Throws `unsafe-path` or `whiteout-name`. */
export function checkPath(path: string): void {
  const fault = faultOf(path)
  if (fault !== null) throw refuse(path, fault)
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..') throw refuse(path, `it has the part ${JSON.stringify(name)}`)
    if (Buffer.byteLength(name) > 255) throw refuse(path, 'a name in it is longer than 255 bytes')
    if (name.startsWith('.wh.'))
      throw whiteoutName({
        what: `${JSON.stringify(path)} cannot be put into an image.`,
        why: 'a name that begins with .wh. deletes a file instead of being one (image-spec layer.md, "Whiteouts")',
        next: 'Rename it, or leave it out of the image.',
      })
  }
}

/** A link may point anywhere, also to nothing; its text must still be a path. Throws `unsafe-path`. */
export function checkTarget(path: string, target: string): void {
  const fault = faultOf(target)
  if (fault !== null) throw refuse(path, `its target ${JSON.stringify(target.slice(0, 200))} is not a path: ${fault}`)
}

function faultOf(path: string): string | null {
  if (path === '') return 'it is empty'
  if (/[\u0000-\u001F\u007F]/.test(path)) return 'it holds a control character'
  if (!path.isWellFormed()) return 'it is not proper Unicode'
  if (Buffer.byteLength(path) > 4095) return 'it is longer than 4095 bytes'
  return null
}

function refuse(path: string, why: string): Error {
  return unsafePath({
    what: `The path ${JSON.stringify(path.length > 300 ? `${path.slice(0, 300)}…` : path)} cannot be put into an image.`,
    why,
    next: 'Rename it, or leave it out of the image.',
  })
}
