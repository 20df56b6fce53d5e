/** A start command of a Procfile, Dockerfile or script, read as words; nothing is run and nothing is expanded. */
export interface Command {
  /** `gunicorn`, `uvicorn`, `flask`, `python`, `streamlit` … */
  readonly program: string
  /** What may name the app, likeliest first: `pkg.main:app`, `run.py`. */
  readonly targets: readonly string[]
  /** Relative to where the command starts; '' for there. */
  readonly directory: string
  /** PYTHONPATH or `--pythonpath`; null when not given. */
  readonly path: string | null
  readonly factory: boolean
  /** The worker class of Gunicorn, the interface of Granian. */
  readonly worker: string | null
  readonly development: boolean
  readonly environment: ReadonlyMap<string, string>
  /** `python -m`: targets are modules. */
  readonly module: boolean
}

const servers = new Set([
  'gunicorn',
  'uvicorn',
  'hypercorn',
  'daphne',
  'granian',
  'waitress-serve',
  'uwsgi',
  'flask',
  'quart',
  'fastapi',
  'streamlit',
  'chainlit',
  'sanic',
  'litestar',
  'pserve',
  'gradio',
  'panel',
  'solara',
  'mod_wsgi-express',
  'bjoern',
  'python',
  'python2',
  'python3',
  'mesop',
  'shiny',
  'reflex',
])

/** Options without a value; every other option takes the next word. */
const flags = new Set([
  '--reload',
  '--preload',
  '--daemon',
  '-D',
  '--capture-output',
  '--factory',
  '--proxy-headers',
  '--no-proxy-headers',
  '--access-log',
  '--no-access-log',
  '--use-colors',
  '--no-use-colors',
  '--no-server-header',
  '--no-date-header',
  '--debug',
  '--dev',
  '--call',
  '--no-sendfile',
  '--spew',
  '--check-config',
  '--print-config',
  '--no-control-socket',
  '--enable-stdio-inheritance',
  '--statsd',
  '--proxy-protocol',
  '--no-reload',
  '--with-threads',
  '--master',
  '--die-on-term',
  '--vacuum',
  '--enable-threads',
  '--lazy-apps',
  '--no-debugger',
  '-u',
  '-O',
  '-OO',
  '-B',
  '-I',
  '-E',
  '-s',
  '-S',
  '--single-process',
  '--fast',
  '--watch',
  '-w!',
  '--headless',
  '--http!',
  '--no-ws',
  '--uvloop!',
  '--expose-tracebacks',
  '--no-expose-tracebacks',
])

/** The first server or Python program a shell line starts; null when there is none. */
export function readCommand(line: string): Command | null {
  let directory = ''
  const environment = new Map<string, string>()
  for (const words of splitLine(line)) {
    const [first = '', second = ''] = words
    if (first === 'cd' && second !== '') {
      directory = joinDirectory(directory, second)
      continue
    }
    const start = words.findIndex(word => servers.has(nameOf(word)))
    readAssignments(start === -1 ? words : words.slice(0, start), environment)
    if (start === -1) {
      const quoted = words.find((word, i) => words[i - 1] === '-c' && word.includes(' '))
      const inner = quoted === undefined ? null : readCommand(quoted)
      if (inner) return { ...inner, directory: joinDirectory(directory, inner.directory) }
      continue
    }
    return readProgram(nameOf(words[start] ?? ''), words.slice(start + 1), directory, environment)
  }
  return null
}

function nameOf(word: string): string {
  const name = word.split('/').at(-1) ?? ''
  return /^python\d?(?:\.\d+)?$/.test(name) ? 'python' : name
}

function readAssignments(words: readonly string[], environment: Map<string, string>): void {
  for (const word of words) {
    const [, name, value] = /^([A-Z_][A-Z0-9_]*)=(.*)$/i.exec(word) ?? []
    if (name !== undefined && value !== undefined) environment.set(name, value)
  }
}

function readProgram(
  program: string,
  words: readonly string[],
  directory: string,
  environment: Map<string, string>,
): Command | null {
  if (program === 'python') return readPython(words, directory, environment)
  const options = readOptions(words)
  const option = (...names: string[]): string | null =>
    names.map(name => options.values.get(name)).find(v => v !== undefined) ?? null
  const named = [option('--module', '--wsgi', '-w', '--app', '--wsgi-file', '--file', '-A'), ...options.rest].filter(
    t => t !== null,
  )
  const targets =
    program === 'uwsgi' ||
    program === 'flask' ||
    program === 'quart' ||
    program === 'waitress-serve' ||
    program === 'litestar'
      ? named
      : options.rest
  const callable = option('--callable')
  const change = option('--chdir', '--app-dir', '--working-dir')
  return {
    program,
    targets: (callable !== null && targets[0]
      ? [`${targets[0].replace(/\.py$/, '')}:${callable}`, ...targets]
      : targets
    ).filter(isTarget),
    directory: change === null ? directory : joinDirectory(directory, change),
    path: option('--pythonpath', '--python-path') ?? environment.get('PYTHONPATH') ?? null,
    factory: options.set.has('--factory') || options.set.has('--call'),
    worker: option('-k', '--worker-class', '--interface', '--worker'),
    development: options.set.has('--reload') || options.set.has('--debug') || development(program, options.rest),
    environment,
    module: false,
  }
}

function development(program: string, rest: readonly string[]): boolean {
  if (program === 'flask' || program === 'quart') return true
  return program === 'fastapi' && rest[0] === 'dev'
}

function readPython(words: readonly string[], directory: string, environment: Map<string, string>): Command | null {
  let at = 0
  while (/^-[A-Za-z]+$/.test(words[at] ?? '') && words[at] !== '-m' && words[at] !== '-c')
    at += words[at] === '-W' || words[at] === '-X' ? 2 : 1
  const module = words[at] === '-m'
  const target = words[module ? at + 1 : at] ?? ''
  const rest = words.slice(module ? at + 2 : at + 1)
  if (module && servers.has(target)) return readProgram(target, rest, directory, environment)
  if (target === '' || target === '-c') return null
  const runserver = /(?:^|\/)manage\.py$/.test(target) && rest[0] === 'runserver'
  if (/(?:^|\/)manage\.py$/.test(target) && !runserver && !(rest[0] ?? '').startsWith('run')) return null
  const base = {
    program: 'python',
    directory,
    path: environment.get('PYTHONPATH') ?? null,
    factory: false,
    worker: null,
    environment,
    module,
  }
  return { ...base, targets: [target], development: runserver }
}

interface Options {
  readonly values: Map<string, string>
  readonly set: Set<string>
  readonly rest: string[]
}

function readOptions(words: readonly string[]): Options {
  const options: Options = { values: new Map(), set: new Set(), rest: [] }
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? ''
    if (!word.startsWith('-') || word === '-') {
      options.rest.push(word)
      continue
    }
    const equals = word.indexOf('=')
    const name = equals === -1 ? word : word.slice(0, equals)
    options.set.add(name)
    if (equals !== -1) options.values.set(name, word.slice(equals + 1))
    else if (
      !flags.has(name) &&
      !name.startsWith('--no-') &&
      words[i + 1] !== undefined &&
      !/^-\D/.test(words[i + 1] ?? '')
    ) {
      i += 1
      options.values.set(name, words[i] ?? '')
      // An unknown flag may have swallowed the app: keep what looks like one.
      if (/^[\w.]+:[\w.]+(?:\(.*\))?$/.test(words[i] ?? '') && !/^\d/.test(words[i] ?? ''))
        options.rest.push(words[i] ?? '')
    } else if (/^-[bwktpc]\S/.test(word)) options.set.add(word.slice(0, 2))
  }
  return options
}

/** `pkg.mod:name`, `pkg.mod`, `dir/file.py`, `config.ini`; no port, no variable, no sub-command. */
function isTarget(word: string): boolean {
  return /^[\w./-]+(?::[\w.]+(?:\([^()]*\))?)?$/.test(word) && !/^\d+$/.test(word)
}

function joinDirectory(base: string, next: string): string {
  const clean = next.replace(/^\.\/|\/$/g, '').replace(/^\.$/, '')
  // An absolute path is one inside an image: what it holds is unknown here, its last part may be ours.
  const inner = clean
    .replace(/^\/(?:usr\/src\/app|usr\/src|app|code|src|srv|opt|home|workspace|var\/www)?\/?/, '')
    .replace(/^\$\w+\/?/, '')
  return base === '' ? inner : inner === '' ? base : `${base}/${inner}`
}

/** The simple commands of a shell line, each as its words. Quotes group; variables stay as written. */
export function splitLine(line: string): string[][] {
  const commands: string[][] = []
  let words: string[] = []
  const token = /\s+|(&&|\|\||[;&|\n])|((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s;&|"'\\])+)|(.)/gs
  for (const [, end, word] of line.slice(0, 10_000).matchAll(token)) {
    if (end !== undefined) {
      commands.push(words)
      words = []
    } else if (word !== undefined)
      words.push(
        word.replace(
          /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
          (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? '',
        ),
      )
  }
  commands.push(words)
  return commands.filter(command => command.length > 0)
}
