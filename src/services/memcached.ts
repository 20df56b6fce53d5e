import type { Service } from './service.ts'

export const memcached: Service = {
  kind: 'memcached',
  title: 'Memcached',
  port: 11211,
  variable: 'MEMCACHED_URL',
  packages: () => ({ ask: ['memcached'], omit: [] }),
  password: false,
  sockets: null,
  stop: { signal: 'TERM', grace: 5 },
  run: ({ address, port }) => ({
    start: ['/usr/bin/memcached', '-l', address, '-p', String(port), '-U', '0'],
    initialise: null,
    prepare: null,
    files: {},
    inputs: {},
  }),
}
