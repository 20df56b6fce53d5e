/** Retry-After (RFC 9110 §10.2.3), seconds or a date, in milliseconds; 0 for what is neither. */
export function retryAfter(text: string | undefined, now: number): number {
  const word = text?.trim() ?? ''
  if (/^\d{1,15}$/.test(word)) return Number(word) * 1000
  const date = /^[A-Za-z]{3}/.test(word) ? Date.parse(word) : Number.NaN
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
