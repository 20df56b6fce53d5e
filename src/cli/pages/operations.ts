import type { Operation } from '../../model/target.ts'
import type { Style } from '../face/style.ts'

/** What a dry run would do, in the order it would be done. */
export function operationsPage(
  operations: readonly Operation[],
  { name, to }: { readonly name: string; readonly to: string },
  style: Style,
): string {
  const lines = operations.flatMap((operation, i) => [
    `  ${style.dim(String(i + 1).padStart(2))} ${operation.title}`,
    ...operation
      .describe()
      .slice(0, most)
      .map(line => style.dim(`       ${line}`)),
  ])
  return [
    '',
    `${style.bold(name)} to ${style.bold(to)} would`,
    '',
    ...lines,
    '',
    `nothing was changed  ${style.dim('next')} wherry ship --to ${to}`,
    '',
  ].join('\n')
}

/** Lines of one operation: nginx's whole configuration is for --json. */
const most = 4
