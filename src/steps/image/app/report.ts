import type { Checkout } from '../../../kit/checkout/index.ts'
import { list } from '../../../kit/text.ts'
import type { Tools } from '../tools.ts'
import type { AppContext } from './context.ts'

/** Tells what of the repository is not in the image, and what is there but not as its author may think. */
export function reportContext(context: AppContext, { submodules }: Checkout, { report }: Tools): void {
  const say = (level: 'info' | 'warning', files: readonly string[], text: (named: string) => string): void => {
    if (files.length === 0) return
    const named = files.length > 5 ? `${files.slice(0, 5).join(', ')} and ${files.length - 5} more` : list(files)
    report({ step: 'image', level, text: text(named) })
  }
  say('info', context.secretFiles, named => `left out as secret: ${named}`)
  for (const { file, line, what } of context.doubtful.slice(0, 3))
    report({ step: 'image', level: 'warning', text: `${file}:${line} looks like ${what}; it is in the image` })
  say('info', context.environments, named => `left out as a virtual environment: ${named}`)
  say('warning', context.unnameable, named => `left out, no image can hold the name: ${named}`)
  say(
    'warning',
    context.pointers,
    named => `a pointer of git LFS, not the file itself (\`git lfs pull\` fetches it): ${named}`,
  )
  say('warning', submodules, named => `a git submodule, whose files are not in the image: ${named}`)
}

/** Tells which sources of the app this Python cannot read: old code, or a template that is named like a module. */
export function reportUncompiled(
  skipped: readonly { readonly path: string; readonly why: string }[],
  { report }: Tools,
): void {
  for (const { path, why } of skipped.slice(0, 3))
    report({ step: 'image', level: 'info', text: `${path.replace(/^app\//, '')} does not compile: ${why}` })
  if (skipped.length > 3)
    report({ step: 'image', level: 'info', text: `${skipped.length - 3} more files do not compile` })
}
