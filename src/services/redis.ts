import { conf, main, quoted, type Service } from './service.ts'

/** Redis as every suite has it. What it was told is on the disk within a second (appendfsync everysec), for it may be a queue of jobs. */
export const redis: Service = {
  kind: 'redis',
  title: 'Redis',
  port: 6379,
  variable: 'REDIS_URL',
  packages: () => ({ ask: ['redis-server'], omit: [] }),
  password: true,
  sockets: null,
  stop: { signal: 'TERM', grace: 30 },
  run: ({ address, port, access }) => ({
    start: ['/usr/bin/redis-server', `${conf}/redis.conf`],
    initialise: null,
    prepare: null,
    files: {
      'redis.conf': [
        `bind ${address}\nport ${port}\ndir ${main}\nappendonly yes\nappendfsync everysec\ndaemonize no\nlogfile ""\n`,
        // The address is one of this machine alone; with none of these two it would answer no one.
        ...(access.password === null
          ? ['protected-mode no\n']
          : ['requirepass "', quoted(access.password, 'redis'), '"\n']),
      ],
    },
    inputs: {},
  }),
}
