import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeApp } from './host-app.ts'
import { openTestHost } from './host-place.ts'

/** What a normal user does, in a process of that user; below its home everything is its own. */
const place = join(process.env['HOME'] ?? '', 'state')
mkdirSync(place)
const host = await openTestHost(place)
const said: string[] = []
for (const version of ['one', 'two']) {
  const { outcome } = await host.release(await makeApp('wsgi', version))
  said.push(`${outcome} ${await host.version()}`)
}
const { outcome } = await host.back()
said.push(`${outcome} ${await host.version()}`)
await host.down(host.options)
said.push((await host.status()).holder === null ? 'stopped' : 'still there')
process.stdout.write(JSON.stringify(said))
