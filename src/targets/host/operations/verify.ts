import type { Operation } from '../../../model/target.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { notServing } from '../app-errors.ts'
import { urlOf } from '../hosts.ts'
import { verifySite } from '../site.ts'
import type { ListenAt } from '../host.ts'
import type { ReleaseRecord } from '../observation.ts'
import type { Work } from '../work.ts'

export interface Verification {
  readonly record: Pick<ReleaseRecord, 'number' | 'image' | 'healthPath'>
  readonly listen: ListenAt
  /** Known once the release was probed and staged. */
  readonly late: () => Promise<{ readonly host: string; readonly file: ReleaseRecord['file'] }>
  readonly found: (verdict: Verdict) => void
}

/** Asks through nginx. `again`: once the old release has no connection left, so that no kept one answers in the new one's place. */
export function verifyRelease(work: Work, wish: Verification, again: boolean): Operation {
  const { record, listen } = wish
  const url = urlOf(listen, work.agent.transport.name)
  return {
    title: again ? `verify release ${record.number} alone` : `verify release ${record.number} through nginx`,
    describe: () => [`${url}: the right release, the app, headers, a static file`],
    async run() {
      const verdict = await verifySite(work.agent, listen, {
        release: record.number,
        image: record.image,
        healthPath: record.healthPath,
        ...(await wish.late()),
      })
      work.report({ step: 'verify', level: 'info', text: verdict.checks.map(({ detail }) => detail).join(' · ') })
      wish.found(verdict)
      if (verdict.ok) return
      const failed = verdict.checks.filter(({ ok }) => !ok)
      throw notServing({
        what: `Release ${record.number} does not serve when asked at ${url}.`,
        why: failed.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
        next: 'See what it printed with `wherry logs`, mend it, and release again.',
        evidence: verdict.checks.map(({ name, ok, detail }) => ({
          text: `${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`,
        })),
      })
    },
  }
}
