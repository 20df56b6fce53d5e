import { styleText } from 'node:util'

/** Colour where it helps and is wanted. https://no-color.org, FORCE_COLOR, and CI systems that show colours. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
  /** Columns to fill; 100 where nobody can tell. */
  readonly width: number
}

type Format = Parameters<typeof styleText>[0]

export function styler(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Style {
  const wanted = colourful(stream, env)
  const paint =
    (format: Format) =>
    (text: string): string =>
      wanted ? styleText(format, text, { validateStream: false }) : text
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
    width: Math.max(60, Math.min(stream.columns ?? 100, 120)),
  }
}

function colourful(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  if (env['GITHUB_ACTIONS'] === 'true' || env['GITLAB_CI'] === 'true') return true
  return stream.isTTY && env['TERM'] !== 'dumb'
}
