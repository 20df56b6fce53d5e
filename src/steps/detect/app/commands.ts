import { joinPath, parentOf } from '../../../python/source/resolve.ts'
import { readCommand, type Command } from './command.ts'
import { placeOf } from './places.ts'
import { readText, type Texts } from './search.ts'

/** A start command somebody wrote down, and where. */
export interface WrittenCommand {
  readonly command: Command
  readonly file: string
  readonly line: number
  readonly text: string
  /** A Procfile says how the app is started; everything else only hints at it. */
  readonly firm: boolean
  /** The directory the command starts in, relative to the repository. */
  readonly directory: string
}

const hints =
  /(?:^|\/)(?:Dockerfile[\w.-]*|[\w.-]*\.?Dockerfile|(?:docker-)?compose[\w.-]*\.ya?ml|app\.ya?ml|render\.ya?ml|railway\.(?:json|toml)|nixpacks\.toml|fly\.toml|heroku\.yml|Makefile|justfile|Taskfile\.ya?ml|README[\w.]*|[\w-]*(?:start|run|entry|serve|web|deploy|gunicorn|boot|launch)[\w-]*\.sh|entrypoint|supervisord?[\w.-]*\.conf|[\w.-]+\.service|pyproject\.toml|package\.json|\.platform\.app\.yaml|Dockerrun[\w.]*|vercel\.json|zappa_settings\.json|manifest\.ya?ml|apprunner\.ya?ml)$/i

const program =
  /\b(?:gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|uwsgi|flask|quart|fastapi|streamlit|chainlit|sanic|litestar|gradio|panel|mod_wsgi-express|python[23]?)\b/

/** The start commands of the repository: Procfiles first, then what other tools' files and the README say. */
export function readCommands(texts: Texts): WrittenCommand[] {
  const found: WrittenCommand[] = []
  for (const file of texts.files) {
    if (/(?:^|\/)Procfile$/.test(file) && placeOf(file) !== 'beside') found.push(...readProcfile(texts, file))
  }
  for (const file of texts.files) {
    if (hints.test(file) && file.split('/').length <= 4 && placeOf(file) !== 'never')
      found.push(...readHints(texts, file))
  }
  return found
}

function readProcfile(texts: Texts, file: string): WrittenCommand[] {
  const lines = (readText(texts, file) ?? '').split('\n')
  return lines.flatMap((line, i) => {
    const [, text] = /^\s*web\s*:\s*(.+)$/.exec(line) ?? []
    return text === undefined ? [] : write(texts, text, { file, line: i + 1, firm: true, directory: parentOf(file) }, 0)
  })
}

/** A command, or those of the shell script it starts. */
function write(
  texts: Texts,
  text: string,
  at: Omit<WrittenCommand, 'command' | 'text'>,
  depth: number,
): WrittenCommand[] {
  const command = readCommand(text)
  if (command)
    return [
      {
        ...at,
        command,
        text: text.trim().slice(0, 200),
        directory: joinPath(at.directory, command.directory).replace(/\/$/, ''),
      },
    ]
  const script = text
    .split(/\s+/)
    .map(word => joinPath(at.directory, word.replace(/^\.\//, '')))
    .find(word => texts.has(word))
  if (script === undefined || depth > 1 || script.endsWith('.py')) return []
  const lines = (readText(texts, script) ?? '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter(line => program.test(line) && !line.trim().startsWith('#'))
  return lines
    .flatMap(line => write(texts, line, { ...at, file: script, line: lineOf(texts, script, line) }, depth + 1))
    .slice(-1)
}

function lineOf(texts: Texts, file: string, text: string): number {
  const start = text.slice(0, 40)
  return (
    Math.max(
      0,
      (readText(texts, file) ?? '').split('\n').findIndex(line => line.startsWith(start)),
    ) + 1
  )
}

function readHints(texts: Texts, file: string): WrittenCommand[] {
  const source = readText(texts, file) ?? ''
  if (source.length > 300_000) return []
  const found: WrittenCommand[] = []
  for (const [i, line] of source.split('\n').entries()) {
    const match = program.exec(line)
    if (!match || line.length > 1000 || /^\s*(?:#|FROM\b|RUN\s+(?:pip|apt|python\d? -m (?:pip|venv)))/.test(line))
      continue
    const before = line.slice(0, match.index)
    // `["gunicorn", "-b", …]` as a line of words; a module prefix such as `python -m` or a `cd` stays in front.
    const change = /\bcd\s+[\w./-]+\s*&&\s*$/.exec(before)?.[0] ?? /\bFLASK_APP=\S+\s/.exec(before)?.[0] ?? ''
    const words = `${change}${line.slice(match.index)}`
      .replace(/[`\]]/g, ' ')
      .replace(/["'],\s*["']/g, ' ')
      .replace(/["']\s*,?\s*$/, '')
      .replace(/\\$/, '')
    // `streamlit run ui.py` or `python api.py`: each of a line's commands is one.
    for (const one of [words, ...laterSpans(line, match.index)]) {
      const command = readCommand(one)
      const text = line.trim().slice(0, 200)
      if (command) found.push({ command, file, line: i + 1, text, firm: false, directory: command.directory })
    }
  }
  return found
}

/** Inline code (CommonMark 6.1) that begins with a program, behind the one that stands at `from`. */
function laterSpans(line: string, from: number): string[] {
  return [...line.matchAll(/`([^`]+)`/g)]
    .filter(({ index, 1: text = '' }) => index > from && program.exec(text)?.index === 0)
    .map(match => match[1] ?? '')
}
