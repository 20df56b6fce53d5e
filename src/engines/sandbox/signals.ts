import { constants } from 'node:os'

/** The name of a signal number; null for null, and for a real-time signal, which Node has no name for. */
export function signalName(number: number | null): NodeJS.Signals | null {
  if (number === null) return null
  const entry = Object.entries(constants.signals).find(([, value]) => value === number)
  return (entry?.[0] as NodeJS.Signals | undefined) ?? null
}
