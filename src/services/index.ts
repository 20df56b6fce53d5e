import type { ServiceKind } from '../model/project.ts'
import { memcached } from './memcached.ts'
import { mysql } from './mysql.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import type { Service } from './service.ts'

/** THE list of services Wherry brings: a kind is a file and an entry here. */
export const services: Readonly<Record<ServiceKind, Service>> = { memcached, mysql, postgres, redis }
