/** A console script of a distribution: `django-admin` calls `execute_from_command_line` of `django.core.management`. */
export interface EntryPoint {
  readonly name: string
  readonly module: string
  /** Dotted: an attribute of an attribute is allowed. */
  readonly attribute: string
}

export class EntryPointError extends Error {}

const identifier = String.raw`[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*`
const dotted = new RegExp(`^${identifier}(?:\\.${identifier})*$`, 'u')

/**
 * The scripts of entry_points.txt, in the order of the file; of a name given twice the last counts, as configparser has it.
 * Other groups are the running program's business. @throws EntryPointError for a script no installer could write.
 */
export function parseScripts(text: string): EntryPoint[] {
  const scripts = new Map<string, EntryPoint>()
  let group = ''
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    if (line.startsWith('[') && line.endsWith(']')) {
      group = line.slice(1, -1).trim()
      continue
    }
    if (group !== 'console_scripts' && group !== 'gui_scripts') continue
    const script = parseScript(line)
    scripts.set(script.name, script)
  }
  return [...scripts.values()]
}

function parseScript(line: string): EntryPoint {
  const equals = line.indexOf('=')
  const name = line.slice(0, Math.max(equals, 0)).trim()
  // `module:attribute [extra]`: extras are deprecated and mean nothing here (entry points specification).
  const value = line.slice(equals + 1).split('[', 1)[0] ?? ''
  const [module = '', attribute = ''] = value.split(':', 2).map(part => part.trim())
  const shown = JSON.stringify(line.slice(0, 200))
  if (!/^[^\s/\\\p{Cc}](?:[^/\\\p{Cc}]{0,253}[^\s/\\\p{Cc}])?$/u.test(name) || name === '.' || name === '..')
    throw new EntryPointError(`the script ${shown} has no usable name`)
  if (!dotted.test(module) || !dotted.test(attribute))
    throw new EntryPointError(`the script ${shown} names no function`)
  return { name, module, attribute }
}
