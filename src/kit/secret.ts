import { inspect } from 'node:util'

/** A value that prints as `[secret]` wherever it is logged, inspected or serialised; only `reveal` gives it out. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** For the one place that hands it to the process or service that needs it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}

/** A URL fit for printing: user, password and every query value are hidden. Text that is no URL comes back as it is. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    url.username = '***'
    url.password = ''
  }
  for (const key of new Set(url.searchParams.keys())) url.searchParams.set(key, '***')
  return url.href
}
