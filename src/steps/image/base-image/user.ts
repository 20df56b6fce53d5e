import { appUser } from '../../../debian/index.ts'
import type { Entry } from '../../../model/tree.ts'
import { readText } from './read-base.ts'

const home = 'home/app'

/** The user every image runs as, beside the users a base has: its files with one line more. A base that has the number keeps its own. */
export function userEntries(root: string): Entry[] {
  const line = (path: string, text: string): Entry[] => {
    const before = readText(root, path) ?? ''
    if (before.split('\n').some(each => each.split(':')[2] === String(appUser))) return []
    const data = Buffer.from(`${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${text}\n`)
    return [{ kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }]
  }
  return [
    ...line('etc/passwd', `app:x:${appUser}:${appUser}:app:/${home}:/usr/sbin/nologin`),
    ...line('etc/group', `app:x:${appUser}:`),
    { kind: 'directory', path: home, mode: 0o755, owner: appUser },
  ]
}
