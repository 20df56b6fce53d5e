const valid = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i

/** The one spelling of a distribution's name (PEP 503): `Flask_SQLAlchemy` and `flask.sqlalchemy` are `flask-sqlalchemy`. */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

/** True for what the core metadata specification allows as a distribution's or an extra's name, up to 128 characters. */
export function isName(name: string): boolean {
  return name.length <= 128 && valid.test(name)
}
