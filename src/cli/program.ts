import { Command, CommanderError, Option } from 'commander'
import { ownVersion } from '../config/requires.ts'
import type { CommandEntry } from './command.ts'
import { commands } from './commands/index.ts'
import { chooseFace } from './face/index.ts'
import type { FaceOptions } from './face/printer.ts'

/** The command line: parses it, loads the one command it names, prints its errors in one place, and gives the exit code. */
export function buildProgram(): { run(argv: readonly string[]): Promise<number> } {
  let code = 0
  const program = new Command('wherry')
    .description('From a Python web application’s repository to production, in one command.')
    .version(ownVersion(), '-V, --version')
    .option('--json', 'print the result as JSON on stdout')
    .option('--quiet', 'say nothing but warnings, errors and the result')
    .option('--verbose', 'say everything, causes of errors included')
    .configureHelp({ sortSubcommands: false })
    .showSuggestionAfterError()
    .exitOverride()
    .enablePositionalOptions()
  for (const entry of commands) {
    addCommand(program, entry, async (args, options) => {
      code = await runCommand(entry, args, options, program.opts())
    })
  }
  addCommand(program, overview, async (args, options) => {
    code = await runCommand(overview, args, options, program.opts())
  })
  return {
    async run(argv) {
      try {
        await program.parseAsync([...argv], { from: 'user' })
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error
        // Commander printed its message; --help and --version end here too, with 0.
        return error.exitCode === 0 ? 0 : 2
      }
      return code
    },
  }
}

/** `wherry` alone: what was found, what would be done. */
const overview: CommandEntry = {
  name: 'overview',
  summary: 'what was found and what would be done',
  arguments: { '[path]': 'the repository; the current directory without it' },
  options: { '--app <name>': 'of several apps in wherry.toml, this one' },
  load: () => import('./commands/overview.ts'),
}

function addCommand(
  program: Command,
  entry: CommandEntry,
  action: (
    args: readonly (string | string[] | undefined)[],
    options: Record<string, string | boolean>,
  ) => Promise<void>,
): void {
  const command = program.command(entry.name, { isDefault: entry === overview, hidden: entry === overview })
  if (entry.passThrough) command.passThroughOptions()
  command.description(entry.summary).exitOverride().showSuggestionAfterError()
  for (const [name, help] of Object.entries(entry.arguments ?? {})) command.argument(name, help)
  for (const [flags, help] of Object.entries(entry.options ?? {})) command.option(flags, help)
  // The global options may stand after the command as well, where most people write them.
  for (const flag of ['--json', '--quiet', '--verbose']) command.addOption(new Option(flag).hideHelp())
  command.action(async (...all: unknown[]) => {
    const args = all.slice(0, -2) as (string | string[] | undefined)[]
    await action(args, all.at(-2) as Record<string, string | boolean>)
  })
}

async function runCommand(
  entry: CommandEntry,
  args: readonly (string | string[] | undefined)[],
  options: Record<string, string | boolean>,
  global: Record<string, string | boolean>,
): Promise<number> {
  const flag = (name: string): boolean => Boolean(options[name] ?? global[name])
  const faceOptions: FaceOptions = { json: flag('json'), quiet: flag('quiet'), verbose: flag('verbose') }
  const face = chooseFace(faceOptions)
  try {
    const { run } = await entry.load()
    return (await run({ face, arguments: args, options: { ...global, ...options } })) ?? 0
  } catch (error) {
    return face.fail(error)
  } finally {
    face.close()
  }
}
