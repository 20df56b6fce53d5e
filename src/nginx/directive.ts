/**
 * The configuration as a tree. A foreign value can enter only as a whole argument of a known kind, never as text between
 * arguments: that is what makes `server_name a;return 200` impossible, which `nginx -t` would accept.
 */

export interface Directive {
  readonly name: Arg
  readonly args: readonly Arg[]
  readonly block?: readonly Statement[]
}

export interface Comment {
  readonly comment: string
}

export type Statement = Directive | Comment

/** A plain string is a bare word of the language (`on`, `443`, `gzip_vary`): the writer refuses any that would need quotes. */
export type Arg = string | Text | Template | Pattern

/** A value from outside, taken literally by nginx. */
export interface Text {
  readonly kind: 'text'
  readonly text: string
}

/** Text with variables in it, for directives that evaluate them. */
export interface Template {
  readonly kind: 'template'
  readonly parts: readonly (string | Variable)[]
}

export interface Variable {
  readonly variable: string
}

/** A regular expression of ours: here `$` is an anchor. Only for arguments nginx compiles (map keys, server names). */
export interface Pattern {
  readonly kind: 'pattern'
  readonly source: string
}

export function directive(name: Arg, args: readonly Arg[] = [], block?: readonly Statement[]): Directive {
  return block === undefined ? { name, args } : { name, args, block }
}

export function comment(text: string): Comment {
  return { comment: text }
}

export function text(value: string): Text {
  return { kind: 'text', text: value }
}

export function pattern(source: string): Pattern {
  return { kind: 'pattern', source }
}

/** A part of a template. */
export function variable(name: string): Variable {
  return { variable: name }
}

export function template(...parts: readonly (string | Variable)[]): Template {
  return { kind: 'template', parts }
}

/** The argument that is one variable: `$host`. */
export function reference(name: string): Template {
  return template(variable(name))
}

export function isComment(statement: Statement): statement is Comment {
  return 'comment' in statement
}
