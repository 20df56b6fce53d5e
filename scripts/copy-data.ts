import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** What the compiler leaves behind: data that the source reads from beside itself. */
const root = join(import.meta.dirname, '..')
const keys = 'debian/keys'
rmSync(join(root, 'dist', keys), { recursive: true, force: true })
cpSync(join(root, 'src', keys), join(root, 'dist', keys), { recursive: true })
