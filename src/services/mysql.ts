import { fresh, main, quoted, type Access, type Seat, type Service, type Template } from './service.ts'

const superuser = 'wherry'
const sockets = '/run/mysqld'
const socket = `${sockets}/mysqld.sock`

/** MySQL’s protocol and dialect are served by MariaDB, the one that Debian packages. */
export const mysql: Service = {
  kind: 'mysql',
  title: 'MariaDB',
  port: 3306,
  variable: 'DATABASE_URL',
  packages: () => ({ ask: ['mariadb-server-core', 'mariadb-client-core'], omit: [] }),
  password: true,
  sockets,
  stop: { signal: 'TERM', grace: 60 },
  run: seat => ({
    start: [
      '/usr/sbin/mariadbd',
      '--no-defaults',
      `--datadir=${main}`,
      `--socket=${socket}`,
      '--pid-file=/tmp/mariadbd.pid',
      `--bind-address=${seat.address}`,
      `--port=${seat.port}`,
      '--skip-name-resolve',
      // Without the aborted connections, of which each of ours that only looks is one.
      '--log-warnings=1',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_unicode_ci',
    ],
    // What mariadb-install-db does, without its shell script (MariaDB: mariadbd --bootstrap).
    initialise: ['/usr/sbin/mariadbd', '--no-defaults', '--bootstrap', `--datadir=${fresh}`, '--skip-networking'],
    prepare: ['/usr/bin/mariadb', '--no-defaults', '--batch', `--socket=${socket}`, `--user=${superuser}`],
    files: {},
    inputs: { initialise: bootstrap(seat), prepare: prepare(seat.access) },
  }),
}

/** The system tables, from the server's own package (named after MySQL before 11), and our superuser, who comes by the socket only. */
function bootstrap({ find }: Seat): Template {
  const scripts = [
    ['mariadb_system_tables', 'mysql_system_tables'],
    ['mariadb_performance_tables', 'mysql_performance_tables'],
    ['mariadb_system_tables_data', 'mysql_system_tables_data'],
    ['fill_help_tables'],
    ['maria_add_gis_sp_bootstrap'],
    ['mariadb_sys_schema', 'mysql_sys_schema'],
  ]
  const places = (names: readonly string[]): string[] =>
    ['mariadb', 'mysql'].flatMap(directory => names.map(name => `/usr/share/${directory}/${name}.sql`))
  return [
    'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n',
    ...scripts.map(names => ({ file: find(places(names)) })),
    '\n',
    // GRANT needs privileges, which are not loaded yet: the account that the scripts make is renamed.
    `UPDATE mysql.global_priv SET User='${superuser}' WHERE User='root' AND Host='localhost';\n`,
    "DELETE FROM mysql.global_priv WHERE User IN ('root', '');\n",
  ]
}

/** By TCP and by the socket: the second is `localhost` to it. */
function prepare({ user, password, databases }: Access): Template {
  const accounts = ['%', 'localhost'].map(host => `'${escape(user)}'@'${host}'`)
  return [
    ...accounts.flatMap(account => [
      `CREATE USER IF NOT EXISTS ${account};\nALTER USER ${account} IDENTIFIED BY '`,
      quoted(password, 'mysql'),
      "';\n",
    ]),
    // Tests make databases of their own beside those of the app, and there is no other tenant.
    ...accounts.map(account => `GRANT ALL PRIVILEGES ON *.* TO ${account};\n`),
    ...databases.map(name => `CREATE DATABASE IF NOT EXISTS \`${name.replaceAll('`', '``')}\`;\n`),
  ]
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "''")
}
