import { requireNginx } from './capability.ts'
import { comment, directive as d, text, type Directive } from './directive.ts'
import { defineClient } from './forwarded.ts'
import { httpSettings, longestRequest } from './http.ts'
import { accessLog, errorLog } from './log.ts'
import { number } from './numbers.ts'
import { proxySettings, upgradeVariables, upstream } from './proxy.ts'
import { headerVariables } from './response-headers.ts'
import { serverVariables, servers } from './server.ts'
import { checkSite, type Site } from './site.ts'
import { staticVariables } from './statics.ts'
import { tlsSettings } from './tls.ts'
import type { Nginx } from './version.ts'
import { write } from './write.ts'

/**
 * The whole nginx.conf of one edge, for the nginx given. The pages of `errorPages()` must lie in `site.errorPages`, and the
 * directories of logs, pid file and temporary files must exist. Errors: `invalid-edge`, `unwritable-value`, `nginx-too-old`.
 */
export function writeConfiguration(site: Site, nginx: Nginx): string {
  requireNginx(nginx)
  checkSite(site)
  return write([
    comment(`Written by Wherry for nginx ${nginx.version.join('.')}. Changes here are overwritten.`),
    ...processSettings(site),
    d('events', [], [d('worker_connections', [number('workerConnections')])]),
    d(
      'http',
      [],
      [
        ...httpSettings(site, nginx),
        ...(site.tls ? tlsSettings(site.tls, nginx) : []),
        comment('Who the client is, as far as it can be believed.'),
        ...defineClient(site, nginx),
        ...headerVariables(site),
        ...accessLog(site),
        ...upstream(site, nginx),
        ...upgradeVariables(nginx),
        ...proxySettings(site),
        ...serverVariables(),
        ...staticVariables(site),
        ...servers(site, nginx),
      ],
    ),
  ])
}

function processSettings(site: Site): Directive[] {
  return [
    ...(site.user ? [d('user', [site.user.name, site.user.group])] : []),
    d('daemon', ['off']),
    d('worker_processes', [String(site.workerProcesses)]),
    d('worker_rlimit_nofile', [number('workerFiles')]),
    // Workers of before a reload wait for WebSockets; without an end they pile up with every reload.
    d('worker_shutdown_timeout', [longestRequest(site)]),
    d('pid', [text(site.pidFile)]),
    errorLog(site),
  ]
}
