import type { Evidence, WherryError } from '../../../kit/error.ts'
import { parentOf } from '../../../python/source/resolve.ts'
import type { Candidate } from './candidate.ts'
import { noWebApp } from './errors.ts'
import { refusePython2 } from './faults.ts'
import { frameworks } from './frameworks/index.ts'
import { readNamings } from './named.ts'
import { placeOf } from './places.ts'
import { readText, type Search, type Texts } from './search.ts'
import type { Template } from './template.ts'

/** What a repository without an app looks like, said with its evidence. */
interface Looks {
  readonly like: string
  readonly evidence: readonly Evidence[]
}

/** Each kind by what its source imports or its files are called; the first that fits is said. */
const kinds: readonly { readonly like: string; readonly text: RegExp; readonly file?: RegExp }[] = [
  {
    like: 'functions for a serverless platform',
    text: /\bdef\s+lambda_handler\s*\(|\bazure\.functions\b|\bfunctions_framework\b|\bfrom chalice import|\baws_lambda_powertools\b/,
    file: /(?:^|\/)(?:function\.json|host\.json|serverless\.ya?ml|samconfig\.toml)$/,
  },
  {
    like: 'a chat bot',
    text: /^\s*(?:import|from)\s+(?:discord|nextcord|disnake|telegram|telebot|aiogram|pyrogram|telethon|slack_bolt|vkbottle|vk_api|twitchio|hikari|interactions|tweepy|praw|botpy|nonebot)\b/m,
  },
  { like: 'a scraper', text: /^\s*(?:import|from)\s+(?:scrapy|crawlee)\b/m },
  {
    like: 'a desktop program',
    text: /^\s*(?:import|from)\s+(?:PyQt\d|PySide\d|tkinter|wx|kivy|pygame|customtkinter)\b/m,
  },
]

/** True when the repository's own source talks to a chat service. */
export function looksLikeBot({ evaluator }: Search): boolean {
  const bot = kinds.find(kind => kind.like === 'a chat bot')
  return evaluator.tree.files.some(file => placeOf(file) === 'app' && bot?.text.test(evaluator.tree.text(file)))
}

/** The refusal for a repository in which nothing can be served. `passed` are candidates in tests, examples and the like. */
export function refuseNoApp(search: Search, passed: readonly Candidate[]): WherryError {
  const old = oldSource(search)
  if (old) return old
  const looks = describe(search, passed)
  const named = namedFramework(search)
  return noWebApp({
    what: `No web app was found: this looks like ${looks.like}${shownOnly(passed)}.`,
    ...(named === null ? {} : { why: `${named} is asked for, but no source makes an app with it.` }),
    next: 'When there is an app all the same, name it: app = "module:attribute" in wherry.toml.',
    evidence: [
      ...looks.evidence,
      ...passed.slice(0, 5).map(one => ({
        file: one.file,
        line: one.because[0]?.line ?? null,
        text: `passed over: ${one.because[0]?.text ?? ''}`,
      })),
    ],
  })
}

/** What is generated from a template has to be deployed, not the template. */
export function refuseTemplate({ tool, file }: Template): WherryError {
  return noWebApp({
    what: `No web app was found: this is a ${tool} template to generate projects from.`,
    why: `${file} says so; its files hold placeholders in place of names and versions.`,
    next: 'Generate a project from it, and deploy that.',
    evidence: [{ file, text: `${tool} template` }],
  })
}

/** Where the apps are that a library brings to be looked at. */
function shownOnly(passed: readonly Candidate[]): string {
  const places = new Set(passed.map(one => (placeOf(one.file) === 'shown' ? (one.file.split('/')[0] ?? '') : '')))
  return places.size === 0 || places.has('')
    ? ''
    : `, with apps only in ${[...places]
        .slice(0, 3)
        .map(one => `${one}/`)
        .join(', ')}`
}

function describe(search: Search, passed: readonly Candidate[]): Looks {
  const { texts, evaluator } = search
  const { tree } = evaluator
  const sources = tree.files.filter(file => placeOf(file) === 'app' || placeOf(file) === 'shown')
  if (tree.files.length === 0) {
    const notebook = texts.files.find(file => file.endsWith('.ipynb'))
    if (notebook !== undefined) return { like: 'notebooks', evidence: [{ file: notebook, text: 'Jupyter notebook' }] }
    return { like: 'something other than Python, for there is no Python source', evidence: [] }
  }
  const library = findLibrary(search, sources)
  if (library && passed.length > 0 && !looksLikeBot(search)) return library
  for (const kind of kinds) {
    const file =
      texts.files.find(one => kind.file?.test(one) && placeOf(one) === 'app') ??
      sources.find(one => kind.text.test(tree.text(one)))
    if (file !== undefined)
      return { like: kind.like, evidence: [{ file, text: firstMatch(tree.text(file), kind.text) }] }
  }
  if (library) return library
  const notebooks = texts.files.filter(file => file.endsWith('.ipynb'))
  if (notebooks.length > sources.length && notebooks[0] !== undefined)
    return { like: 'notebooks', evidence: [{ file: notebooks[0], text: 'Jupyter notebook' }] }
  const script = sources.find(file => /__name__\s*==/.test(tree.text(file))) ?? sources[0]
  const fault = script === undefined ? null : tree.module(script).fault
  if (script !== undefined && fault?.python2)
    return { like: 'a script in Python 2', evidence: [{ file: script, line: fault.line, text: fault.text }] }
  return { like: 'a script', evidence: script === undefined ? [] : [{ file: script, text: 'runs and ends' }] }
}

function findLibrary(search: Search, sources: readonly string[]): Looks | null {
  const manifest = packageManifest(search.texts)
  const isPackage = sources.some(file => file.endsWith('/__init__.py') && parentOf(file).split('/').length <= 2)
  const isModule = sources.some(file => !file.includes('/') && file !== 'setup.py')
  if (manifest === null || (!isPackage && !isModule)) return null
  const program = readNamings(search.texts, search.evaluator).find(
    one => one.by === 'script' && !one.file.includes('/'),
  )
  if (program)
    return {
      like: 'a command-line program',
      evidence: [{ file: program.file, line: program.line, text: program.text }],
    }
  return { like: 'a library', evidence: [{ file: manifest, text: 'declares a package to install' }] }
}

/** Source that only Python 2 takes and that uses a framework. */
function oldSource({ evaluator }: Search): WherryError | null {
  const { tree } = evaluator
  const names = frameworks.flatMap(framework => framework.imports).join('|')
  const uses = new RegExp(`^[ \\t]*(?:from|import)[ \\t]+(?:${names})\\b`, 'm')
  for (const file of tree.files) {
    if (placeOf(file) !== 'app' || !uses.test(tree.text(file))) continue
    const { fault } = tree.module(file)
    if (fault?.python2) return refusePython2(file, fault, 'It is the source that uses a web framework.')
  }
  return null
}

/** True when the root declares a package that others install, not merely a list of requirements. */
export function declaresPackage(texts: Texts): boolean {
  return packageManifest(texts) !== null
}

function packageManifest(texts: Texts): string | null {
  const declares = /\[build-system\]|\[metadata\]|\[tool\.poetry\]|setup\s*\(/
  return ['setup.py', 'setup.cfg', 'pyproject.toml'].find(file => declares.test(readText(texts, file) ?? '')) ?? null
}

function firstMatch(text: string, pattern: RegExp): string {
  return (pattern.exec(text)?.[0] ?? '').trim().slice(0, 120)
}

function namedFramework(search: Search): string | null {
  const found = frameworks.find(({ packages }) => packages.some(name => search.packages.requires(name) !== null))
  return found?.name ?? null
}
