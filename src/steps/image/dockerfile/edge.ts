import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '../../../model/plan.ts'
import * as nginx from '../../../nginx/index.ts'
import type { MadeImage } from '../index.ts'

/**
 * Without Wherry there is no edge outside: nginx stands in the same container, started by the launcher, its configuration written with the
 * image. Changes launch.json in `files`, the additions of the Dockerfile, accordingly.
 */
export function putEdgeInside(plan: Plan, made: MadeImage, files: string): void {
  const { version = '' } = made.lock.base.nginx.find(({ name }) => name === 'nginx') ?? {}
  const directory = join(files, 'wherry')
  mkdirSync(join(directory, 'pages'), { recursive: true })
  writeFileSync(join(directory, 'nginx.conf'), nginx.writeConfiguration(siteOf(plan, made), nginx.nginxOf(version)))
  for (const [name, page] of Object.entries(nginx.errorPages())) writeFileSync(join(directory, 'pages', name), page)
  const file = join(directory, 'launch.json')
  const launch = JSON.parse(readFileSync(file, 'utf8')) as object
  const edge = { edge: 'inside', nginx: { program: '/usr/sbin/nginx', conf: '/wherry/nginx.conf' } }
  writeFileSync(file, `${JSON.stringify({ ...launch, ...edge }, null, 1)}\n`)
}

function siteOf(plan: Plan, { statics }: MadeImage): nginx.Site {
  const every = ['0.0.0.0', '::'].map(nginx.parseAddress)
  return {
    listen: every.map(address => ({ address, port: '@PORT@' })),
    serverNames: [],
    app: { socket: '@SOCKET@', timeout: nginx.parseTime(`${plan.edge.timeout}s`) },
    statics: statics.map(({ url, directory }) => ({
      url: nginx.parseUrlPrefix(url),
      directory: nginx.parseDiskPath(directory),
      immutable: 'hashed',
      modified: 'fixed',
    })),
    maxBody: nginx.parseSize(plan.edge.maxBody),
    trustedProxies: [],
    accessLog: nginx.parseDiskPath('/dev/stdout'),
    errorLog: 'stderr',
    errorPages: nginx.parseDiskPath('/wherry/pages'),
    pidFile: nginx.pathBelow('@RUN@', 'nginx.pid'),
    tempDirectory: '@RUN@' as nginx.DiskPath,
    workerProcesses: '@CPUS@',
  }
}
