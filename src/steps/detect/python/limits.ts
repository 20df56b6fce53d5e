/**
 * The last and first minors on which releases of well-known distributions run, or have wheels for Linux: knowledge a requirements
 * file with pins does not hold and an old app depends on. From each project's release notes and its files on the index.
 */
export interface Limit {
  readonly name: string
  /** Versions below this one … */
  readonly below: string
  /** … and from this one on (inclusive); null for all older ones. */
  readonly from: string | null
  readonly last: string
  /** A lock that names its files tells about wheels itself. */
  readonly about: 'wheels' | 'code'
  readonly why: string
}

const supported = 'supports Python up to'
const wheels = 'has wheels for Python up to'

export const limits: readonly Limit[] = [
  // 3.2 imports distutils, 4.0 and 4.1 import cgi.
  limit('django', '4.2', '3.11', 'runs on Python up to'),
  limit('django', '5.1', '3.12', supported, '4.2'),
  limit('django', '5.2', '3.13', supported, '5.1'),
  limit('sqlalchemy', '2.0.31', '3.12', 'fails to import on Python after', '2.0.0'),
  limit('pydantic', '2.8', '3.12', supported, '2.0'),
  limit('pydantic', '1.10.19', '3.12', supported),
  limit('numpy', '1.23.2', '3.10', wheels),
  limit('numpy', '1.26.0', '3.11', wheels, '1.23.2'),
  limit('numpy', '2.1.0', '3.12', wheels, '1.26.0'),
  limit('pandas', '1.5.0', '3.10', wheels),
  limit('pandas', '2.1.1', '3.11', wheels, '1.5.0'),
  limit('pandas', '2.2.3', '3.12', wheels, '2.1.1'),
  limit('scipy', '1.11.2', '3.11', wheels),
  limit('scipy', '1.14.1', '3.12', wheels, '1.11.2'),
  limit('pillow', '10.4.0', '3.12', wheels),
  limit('psycopg2-binary', '2.9.5', '3.10', wheels),
  limit('psycopg2-binary', '2.9.9', '3.11', wheels, '2.9.5'),
  limit('psycopg2-binary', '2.9.10', '3.12', wheels, '2.9.9'),
  limit('lxml', '4.9.3', '3.11', wheels),
  limit('lxml', '5.3.0', '3.12', wheels, '4.9.3'),
  limit('greenlet', '3.0.0', '3.11', wheels),
  limit('greenlet', '3.1.0', '3.12', wheels, '3.0.0'),
  limit('pydantic-core', '2.20.0', '3.12', wheels),
  limit('cffi', '1.15.1', '3.10', wheels),
  limit('cffi', '1.17.0', '3.12', wheels, '1.15.1'),
  limit('asyncpg', '0.27.0', '3.10', wheels),
  limit('asyncpg', '0.30.0', '3.12', wheels, '0.27.0'),
  limit('pyyaml', '6.0.1', '3.11', wheels),
  limit('pyyaml', '6.0.2', '3.12', wheels, '6.0.1'),
  limit('aiohttp', '3.10.5', '3.12', wheels),
  limit('scikit-learn', '1.5.2', '3.12', wheels),
  limit('uvloop', '0.21.0', '3.12', wheels),
  limit('gevent', '24.10.1', '3.12', wheels),
  limit('ujson', '5.10.0', '3.12', wheels),
  limit('grpcio', '1.66.2', '3.12', wheels),
  limit('orjson', '3.10.7', '3.12', wheels),
  limit('matplotlib', '3.9.2', '3.12', wheels),
]

function limit(name: string, below: string, last: string, why: string, from: string | null = null): Limit {
  return { name, below, from, last, about: why === wheels ? 'wheels' : 'code', why: `${why} ${last}` }
}
