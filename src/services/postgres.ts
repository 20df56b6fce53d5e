import { conf, fresh, main, quoted, type Access, type Seat, type Service, type Template } from './service.ts'

/** The superuser of the cluster, ours: the app's own user owns its databases and nothing else. */
const superuser = 'wherry'

const sockets = '/run/postgresql'

/** PostgreSQL as Debian packages it, without the tools of its cluster management and without the compiler of its JIT (LLVM, 130 MB). */
export const postgres: Service = {
  kind: 'postgres',
  title: 'PostgreSQL',
  port: 5432,
  variable: 'DATABASE_URL',
  packages(names) {
    const server = newest(names)
    return {
      ask: [server],
      omit: [
        'postgresql-common postgresql-common-dev postgresql-client-common ssl-cert locales'.split(' '),
        names.filter(name => /^libllvm\d/.test(name)),
      ].flat(),
    }
  },
  password: true,
  sockets,
  // SIGINT is its fast shutdown: sessions are ended, everything is written out (PostgreSQL: Shutting Down the Server).
  stop: { signal: 'INT', grace: 60 },
  run: seat => ({
    start: [
      `${programs(seat)}/postgres`,
      '-D',
      main,
      ...settings({
        listen_addresses: seat.address,
        port: String(seat.port),
        unix_socket_directories: sockets,
        hba_file: `${conf}/pg_hba.conf`,
        // The sandbox’s /dev/shm is small; its IPC namespace, and what is left in it, ends with it.
        dynamic_shared_memory_type: 'sysv',
        jit: 'off',
        log_destination: 'stderr',
        logging_collector: 'off',
        log_line_prefix: '',
      }),
    ],
    initialise: [
      `${programs(seat)}/initdb`,
      '-D',
      fresh,
      '--username',
      superuser,
      '--auth-local=trust',
      '--auth-host=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--no-instructions',
    ],
    prepare: [
      `${programs(seat)}/psql`,
      '--no-psqlrc',
      '--quiet',
      '--tuples-only',
      '--no-password',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      sockets,
      '-p',
      String(seat.port),
      '-U',
      superuser,
      '-d',
      'postgres',
      '-f',
      '-',
    ],
    files: { 'pg_hba.conf': [hostAccess(seat.access)] },
    inputs: { prepare: prepare(seat.access) },
  }),
}

/** The server's package names its major version; a suite has one, or the newest counts. */
function newest(names: readonly string[]): string {
  const majors = names.flatMap(name => /^postgresql-(\d+)$/.exec(name)?.[1] ?? []).map(Number)
  return `postgresql-${Math.max(...majors)}`
}

function programs({ major }: Seat): string {
  return `/usr/lib/postgresql/${major}/bin`
}

function settings(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Its socket is reached by the app and us alone. An app that is written to come without a password cannot be given one. */
function hostAccess({ password }: Access): string {
  const method = password === null ? 'trust' : 'scram-sha-256'
  return [
    'local all all trust',
    `host all ${superuser} all reject`,
    `host all all 127.0.0.0/8 ${method}`,
    `host all all ::1/128 ${method}`,
    '',
  ].join('\n')
}

/** psql’s \gexec runs what a query made: there is no CREATE ROLE or DATABASE IF NOT EXISTS. */
function prepare({ user, password, databases }: Access): Template {
  const role = literal(user)
  return [
    `SELECT format('CREATE ROLE %I LOGIN CREATEDB', ${role}) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${role}) \\gexec\n`,
    // A statement that fails is logged as a whole; this one holds a password.
    'SET log_min_error_statement = panic;\n',
    ...(password === null
      ? []
      : [`SELECT format('ALTER ROLE %I PASSWORD %L', ${role}, '`, quoted(password, 'postgres'), "') \\gexec\n"]),
    ...databases.map(
      name =>
        `SELECT format('CREATE DATABASE %I OWNER %I', ${literal(name)}, ${role}) WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(name)}) \\gexec\n`,
    ),
    // The one that is always there belongs to the superuser, and since 15 nobody else may make a table in it.
    ...(databases.includes('postgres')
      ? [`SELECT format('ALTER DATABASE postgres OWNER TO %I', ${role}) \\gexec\n`]
      : []),
  ]
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
