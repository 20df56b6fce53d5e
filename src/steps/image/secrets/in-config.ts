import ignore from 'ignore'
import type { Plan } from '../../../model/plan.ts'
import { secretInSource } from '../errors.ts'
import { scanText } from './scan.ts'

const file = 'wherry.toml'

/**
 * The config stays outside of the image, but `[env]` of it becomes part of launch.json, for everybody who can pull the image to read. Throws
 * `secret-in-source`.
 */
export function refuseInConfig({ env, image }: { env: Plan['env']; image: Pick<Plan['image'], 'allowSecrets'> }): void {
  if (
    ignore()
      .add([...image.allowSecrets])
      .ignores(file)
  )
    return
  const found = Object.entries(env).flatMap(([name, value]) =>
    scanText(file, `${name} = "${value}"\n`).map(({ what }) => ({ name, what })),
  )
  const [first] = found
  if (first === undefined) return
  throw secretInSource({
    what: `env.${first.name} in ${file} would put a secret into the image.`,
    why: 'Whoever can pull the image could read it.',
    next: `Remove and revoke it, and give the new one where the app runs (\`wherry up --env ${first.name}=…\`); or, when it is none: image.allow-secrets = ["${file}"]`,
    evidence: found.map(({ name, what }) => ({ file, text: `env.${name} looks like ${what}` })),
  })
}
