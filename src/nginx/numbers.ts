/** Every number the edge is configured with, and why it is that number. */
const table = {
  workerConnections: ['4096', 'Two per proxied request; nginx’s 512 is 256 clients. Costs about 2 MB a worker.'],
  workerFiles: [
    '16384',
    'Client, app, file and temporary file for each connection. Above the hard limit nginx logs one line and goes on.',
  ],
  backlog: [
    '4096',
    'The kernel cuts it to somaxconn; nginx’s 511 would be the smaller one on every current kernel (4096 since 5.4).',
  ],
  keepaliveConnections: [
    '32',
    'Idle connections to the app per worker. Measured with 32 clients: 1.08 to 1.23 of the bare app’s throughput, 0.45 to 0.88 without.',
  ],
  keepaliveTime: [
    '2s',
    'A connection to the app older than this is not used again: after a switch all of the old release’s end by themselves.',
  ],
  keepaliveTimeout: [
    '500ms',
    'An idle one ends after this, and a drain waits as long. Both together: 0 of 801,171 POSTs lost over 40 switches. Gunicorn and Uvicorn must keep theirs longer.',
  ],
  keepaliveRequests: ['10000', 'keepaliveTime ends connections, not a count.'],
  connect: ['5s', 'A Unix socket connects at once or not at all.'],
  readMargin: [
    '5s',
    'nginx waits this much longer than the app, so that the app’s own timeout is what is seen and logged.',
  ],
  send: ['60s', 'The app stops reading a body for this long: it hangs. nginx’s default, stated.'],
  clientHeader: ['15s', 'A slow header holds a connection and nothing else.'],
  clientBody: ['30s', 'Between two reads of a body, not for all of it: a phone may lose its network for a moment.'],
  clientSend: ['30s', 'Between two writes of an answer. Half of nginx’s default: the worker’s buffers are held.'],
  clientKeepalive: ['75s', 'nginx’s default; browsers end at 60 to 120 s.'],
  clientKeepaliveBehindProxy: [
    '650s',
    'Longer than the load balancer’s own (AWS 60 s, Google 600 s), or it sends into a closing connection.',
  ],
  clientKeepaliveRequests: [
    '10000',
    'A reconnect costs more than what a request leaves behind; nginx’s 1000 ends busy load balancer connections often.',
  ],
  keepaliveMin: [
    '2s',
    'At a reload an idle client connection stays open this long: 0 resets in 5 reloads, 15 to 33 without.',
  ],
  headerBuffers: ['16k', 'Four of them for request lines and cookies; 8k is a 400 for sign-on cookies.'],
  answerHeader: [
    '16k',
    'An answer’s header must fit one buffer: 4k is the 502 "upstream sent too big header" of long cookies and policies.',
  ],
  answerBusy: ['32k', 'What may be on its way to the client while the rest is read; twice one buffer.'],
  bodyBuffer: ['128k', 'Forms and JSON stay in memory, uploads go to the temporary directory.'],
  gzipLevel: ['5', 'Beyond it a text shrinks by a percent or two for twice the time.'],
  gzipMinimum: ['1024', 'Below about one packet there is nothing to win.'],
  immutable: ['31536000', 'One year in seconds, what RFC 9111 clients treat as for ever.'],
  retryAfter: ['5', 'Seconds. A switch or restart takes less; a client that waits is not a client that hammers.'],
  retryAfterMaintenance: ['120', 'Seconds. Maintenance is counted in minutes.'],
  hashSize: ['2048', 'The tables of names and media types; nginx’s 512 and 1024 warn with many names.'],
  nameBucket: [
    '512',
    'A host name has up to 253 bytes; nginx refuses to start when one does not fit the cache line’s 64.',
  ],
  tlsSession: ['10m', 'About 40,000 sessions, resumed for a day (Mozilla guidelines 6.0).'],
  longestRequestId: ['128', 'Characters of a request id taken over from a trusted proxy.'],
} as const satisfies Record<string, readonly [value: string, why: string]>

export type NumberName = keyof typeof table

export function number(name: NumberName): string {
  return table[name][0]
}

export function reasons(): readonly { readonly name: string; readonly value: string; readonly why: string }[] {
  return Object.entries(table).map(([name, [value, why]]) => ({ name, value, why }))
}
