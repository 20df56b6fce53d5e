import { downloadFailed } from '../../../kit/errors.ts'
import { cannotResolve, noWheel } from '../errors.ts'
import { lastLines } from '../last-lines.ts'

/** What the end of a resolution without a result means. */

/** The error for a resolver that did not end; null when it did. */
export function explainIndex(timedOut: boolean): Error | null {
  if (!timedOut) return null
  return downloadFailed({
    what: 'The requirements could not be resolved in time.',
    next: 'Check the network and the index settings, then run the command again.',
  })
}

/** As uv says it of one version: `tbb==2021.13.1 has no wheels with a matching platform tag (e.g., `manylinux_2_40_aarch64`)`. */
const otherMachine = /([\w.-]+)==(\S+) has no wheels with a matching platform tag \(e\.g\., `\w+?_(x86_64|aarch64)`\)/

/** The error for requirements without a solution: `no-wheel` where one version has wheels for other machines alone, else `cannot-resolve`. */
export function explainResolution(output: string, what: string): Error {
  const [, name, version, machine] = otherMachine.exec(output) ?? []
  if (name !== undefined && machine !== undefined) {
    const platform = machine === 'aarch64' ? 'linux/arm64' : 'linux/amd64'
    return noWheel({
      what: `${name} ${version} has no wheel for ${platform}, and no source to build one from.`,
      why: 'The resolver explains:',
      next: `Take a version of ${name} that has a wheel for ${platform}, or none of it there: \`${name}; platform_machine != "${machine}"\`.`,
      evidence: lastLines(output, 12),
    })
  }
  return cannotResolve({
    what,
    why: 'The resolver explains:',
    next: 'Loosen or mend the requirement it names.',
    evidence: lastLines(output, 12),
  })
}
