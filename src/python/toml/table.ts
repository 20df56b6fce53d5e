import type { Table } from './read.ts'

/** Reading foreign tables: only own keys, and a value of another type counts as absent. Works for TOML and JSON alike. */

/** The value at a path of keys, or undefined. */
export function valueAt(table: unknown, ...path: readonly string[]): unknown {
  let value: unknown = table
  for (const key of path) {
    if (!isTable(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

export function tableAt(table: unknown, ...path: readonly string[]): Table | null {
  const value = valueAt(table, ...path)
  return isTable(value) ? value : null
}

export function textAt(table: unknown, ...path: readonly string[]): string | null {
  const value = valueAt(table, ...path)
  return typeof value === 'string' ? value : null
}

export function listAt(table: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(table, ...path)
  return Array.isArray(value) ? value : []
}

export function textsAt(table: unknown, ...path: readonly string[]): readonly string[] {
  return listAt(table, ...path).filter(item => typeof item === 'string')
}

export function entriesAt(table: unknown, ...path: readonly string[]): readonly (readonly [string, unknown])[] {
  return Object.entries(tableAt(table, ...path) ?? {})
}
