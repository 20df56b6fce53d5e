import type { Archive } from '../../../debian/index.ts'

/**
 * The Debian packages that well-known distributions are compiled with, beside the compiler. Of names parted by `|` the first that a suite
 * has. What is not here is found from what the build says is missing.
 */
const known: Readonly<Record<string, string>> = {
  apsw: 'libsqlite3-dev',
  'argon2-cffi-bindings': 'libffi-dev',
  bcrypt: 'libffi-dev rustc cargo',
  cffi: 'libffi-dev',
  coincurve: 'libffi-dev autoconf automake libtool',
  'confluent-kafka': 'librdkafka-dev',
  cryptography: 'libssl-dev libffi-dev rustc cargo',
  'dbus-python': 'libdbus-1-dev libglib2.0-dev',
  fiona: 'libgdal-dev gdal-bin',
  gdal: 'libgdal-dev gdal-bin',
  gssapi: 'libkrb5-dev',
  h5py: 'libhdf5-dev',
  lxml: 'libxml2-dev libxslt1-dev zlib1g-dev',
  m2crypto: 'libssl-dev swig',
  mysqlclient: 'default-libmysqlclient-dev',
  netcdf4: 'libnetcdf-dev libhdf5-dev',
  numpy: 'gfortran libopenblas-dev',
  orjson: 'rustc cargo',
  pdftotext: 'libpoppler-cpp-dev',
  pillow: 'zlib1g-dev libjpeg-dev libfreetype-dev liblcms2-dev libopenjp2-7-dev libtiff-dev libwebp-dev',
  plyvel: 'libleveldb-dev',
  'psycopg-c': 'libpq-dev',
  psycopg2: 'libpq-dev',
  pyaudio: 'portaudio19-dev',
  pycairo: 'libcairo2-dev',
  pycurl: 'libcurl4-openssl-dev libssl-dev',
  'pydantic-core': 'rustc cargo',
  pygobject: 'libgirepository-2.0-dev|libgirepository1.0-dev libcairo2-dev',
  pygraphviz: 'libgraphviz-dev',
  pyicu: 'libicu-dev',
  pykerberos: 'libkrb5-dev',
  pylibmc: 'libmemcached-dev zlib1g-dev',
  pymssql: 'freetds-dev',
  pynacl: 'libffi-dev',
  pyodbc: 'unixodbc-dev',
  pyproj: 'libproj-dev proj-bin',
  pyscard: 'libpcsclite-dev swig',
  pysqlite3: 'libsqlite3-dev',
  'python-ldap': 'libldap-dev|libldap2-dev libsasl2-dev',
  'python-lzo': 'liblzo2-dev',
  'python-prctl': 'libcap-dev',
  'python-snappy': 'libsnappy-dev',
  pyyaml: 'libyaml-dev',
  pyzmq: 'libzmq3-dev',
  rasterio: 'libgdal-dev gdal-bin',
  scipy: 'gfortran libopenblas-dev',
  scrypt: 'libssl-dev',
  shapely: 'libgeos-dev',
  'systemd-python': 'libsystemd-dev',
  tesserocr: 'libtesseract-dev libleptonica-dev',
  uvloop: 'autoconf automake libtool',
  uwsgi: 'libpcre2-dev libssl-dev zlib1g-dev',
  xattr: 'libffi-dev',
  xmlsec: 'libxmlsec1-dev libxml2-dev libltdl-dev',
}

/** The packages this suite has for a distribution; empty for one that is not known. */
export function knownPackages(distribution: string, archive: Archive): string[] {
  if (!Object.hasOwn(known, distribution)) return []
  return (known[distribution] ?? '').split(' ').flatMap(names => {
    const here = names.split('|').find(name => archive.offers(name).length > 0)
    return here === undefined ? [] : [here]
  })
}
