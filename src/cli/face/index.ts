import type { Report } from '../../model/event.ts'
import { renderError } from './error.ts'
import { livePrinter } from './live.ts'
import { plainPrinter } from './plain.ts'
import type { FaceOptions } from './printer.ts'
import { styler, type Style } from './style.ts'

/** How the CLI speaks: results on stdout, everything else on stderr, as suits whoever reads it. */
export interface Face {
  /** For the core: progress, warnings and logs. */
  readonly report: Report
  /** The result, for stdout: a JSON value when asked for, else the text a person reads. */
  result(value: unknown, text: (style: Style) => string): void
  /** A line for stdout while the command goes on, such as one of a log. */
  line(text: string): void
  /** An error of the catalogue or a bug of ours; gives the exit code. */
  fail(error: unknown): number
  /** Ends live output, so that what follows starts on a fresh line. */
  close(): void
  readonly style: Style
}

/** Terminal: a live list. CI, pipes and --json: plain lines. GitHub Actions: its own annotations for warnings and errors. */
export function chooseFace(options: FaceOptions, env: NodeJS.ProcessEnv = process.env): Face {
  const errorStyle = styler(process.stderr, env)
  const live = process.stderr.isTTY && !env['CI'] && !options.verbose && env['TERM'] !== 'dumb'
  const printer = live ? livePrinter(process.stderr, errorStyle) : plainPrinter(process.stderr, errorStyle, options)
  const report: Report = event => {
    if (options.quiet && event.level !== 'warning') return
    printer.print({ at: Date.now(), ...event })
  }
  return {
    report,
    style: styler(process.stdout, env),
    close: () => printer.close(),
    result(value, text) {
      printer.close()
      const output = options.json ? JSON.stringify(value, null, 2) : text(styler(process.stdout, env))
      process.stdout.write(output.endsWith('\n') ? output : `${output}\n`)
    },
    line: text => printer.aside(() => process.stdout.write(`${text}\n`)),
    fail(error) {
      printer.close()
      const { text, json, code } = renderError(error, errorStyle, options.verbose)
      if (options.json) process.stdout.write(`${JSON.stringify(json, null, 2)}\n`)
      process.stderr.write(text)
      if (env['GITHUB_ACTIONS'] === 'true') process.stderr.write(annotation(json))
      return code
    },
  }
}

/** https://docs.github.com/actions/reference/workflow-commands: newlines and percent signs are escaped. */
function annotation(json: {
  error: { code: string; what: string; evidence?: readonly { file?: string; line?: number | null }[] }
}): string {
  const place = json.error.evidence?.find(item => item.file)
  const escape = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
  const where = place?.file
    ? ` file=${escape(place.file)}${place.line ? `,line=${place.line}` : ''},title=${json.error.code}`
    : ` title=${json.error.code}`
  return `::error${where}::${escape(json.error.what)}\n`
}
