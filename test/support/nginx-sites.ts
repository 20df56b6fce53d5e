import fc from 'fast-check'
import * as nginx from '../../src/nginx/index.ts'

/** A site all of whose paths lie below one directory, and every such site that can be described. */
export function siteIn(directory: string, changes: Partial<nginx.Site> = {}): nginx.Site {
  const path = (name: string) => nginx.parseDiskPath(`${directory}/${name}`)
  return {
    listen: [{ socket: nginx.parseSocketPath(`${directory}/edge.sock`) }],
    serverNames: [],
    app: { socket: nginx.parseSocketPath(`${directory}/current/app.sock`), timeout: nginx.parseTime('30s') },
    statics: [],
    maxBody: nginx.parseSize('1m'),
    trustedProxies: [],
    accessLog: path('access.log'),
    errorLog: 'stderr',
    errorPages: path('errors'),
    pidFile: path('nginx.pid'),
    tempDirectory: path('temp'),
    workerProcesses: 1,
    releaseFile: path('current/release.json'),
    maintenanceFlag: path('maintenance'),
    ...changes,
  }
}

export function staticsIn(directory: string, changes: Partial<nginx.Static> = {}): nginx.Static {
  return {
    url: nginx.parseUrlPrefix('/static/'),
    directory: nginx.parseDiskPath(`${directory}/current/static`),
    fallback: nginx.parseDiskPath(`${directory}/previous/static`),
    immutable: 'hashed',
    modified: 'fixed',
    ...changes,
  }
}

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/).filter(label => !/^..--/.test(label))
const hostname = fc
  .tuple(fc.constantFrom('', '*.'), fc.array(name, { minLength: 1, maxLength: 4 }))
  .map(([star, labels]) => nginx.parseHostname(`${star}${labels.join('.')}.example`))
const awkward = fc.stringMatching(/^[A-Za-z0-9 #;{}"'\\()~^äß€-]{1,20}$/)
const urlPart = fc.stringMatching(/^[A-Za-z0-9_~@+,-]{1,12}$/)
const url = fc.array(urlPart, { maxLength: 3 }).map(parts => nginx.parseUrlPrefix(['', ...parts, ''].join('/')))
const cidr = fc.constantFrom('10.0.0.0/8', '127.0.0.1', 'fd00::/8', '::1', '203.0.113.0/24').map(nginx.parseCidr)
const header = fc
  .tuple(fc.stringMatching(/^X-[A-Za-z0-9]{1,20}$/), fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/))
  .map(([headerName, value]) => nginx.parseHeader(headerName, value))

function statics(directory: string): fc.Arbitrary<nginx.Static> {
  const place = awkward.map(part => nginx.parseDiskPath(`${directory}/current/${part}`))
  return fc.record(
    {
      url,
      directory: place,
      fallback: place,
      immutable: fc.constantFrom('hashed', 'all', 'none'),
      modified: fc.constantFrom('per-release', 'fixed'),
    },
    { requiredKeys: ['url', 'directory', 'immutable', 'modified'] },
  )
}

/** `ports` are listened on when a test only asks `nginx -t`, which binds them for a moment. */
export function sitesIn(directory: string): fc.Arbitrary<nginx.Site> {
  const path = (part: string) => nginx.parseDiskPath(`${directory}/${part}`)
  const listen = fc.constantFrom<nginx.Listen>(
    { socket: nginx.parseSocketPath(`${directory}/edge one.sock`) },
    { address: nginx.parseAddress('127.0.0.1'), port: nginx.parsePort(18_443) },
    { address: nginx.parseAddress('::1'), port: nginx.parsePort(18_443) },
    { address: nginx.parseAddress('*'), port: nginx.parsePort(18_444) },
  )
  return fc
    .record(
      {
        listen: fc.uniqueArray(listen, { minLength: 1, maxLength: 4 }),
        serverNames: fc.uniqueArray(hostname, { maxLength: 5 }),
        statics: fc.uniqueArray(statics(directory), { maxLength: 4, selector: files => files.url }),
        maxBody: fc.nat({ max: 2 ** 33 }).map(bytes => nginx.parseSize(`${Math.floor(bytes / 1024)}k`)),
        trustedProxies: fc.uniqueArray(fc.oneof(cidr, fc.constant('unix:' as const)), { maxLength: 5 }),
        accessLog: fc.constantFrom<nginx.Site['accessLog']>('off', path('access.log')),
        errorLog: fc.constantFrom<nginx.Site['errorLog']>('stderr', path('error.log')),
        workerProcesses: fc.integer({ min: 1, max: 4 }),
        headers: fc.array(header, { maxLength: 3 }),
        extraFile: fc.constant(path('extra.conf')),
        user: fc.constant({ name: nginx.parseUserName('nobody'), group: nginx.parseUserName('nogroup') }),
        maintenanceFlag: awkward.map(part => nginx.parseDiskPath(`${directory}/${part}`)),
        releaseFile: awkward.map(part => nginx.parseDiskPath(`${directory}/${part}`)),
      },
      { requiredKeys: ['listen', 'serverNames', 'statics', 'trustedProxies'] },
    )
    .map(changes => siteIn(directory, changes))
}
