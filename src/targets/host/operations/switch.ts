import type { Operation } from '../../../model/target.ts'
import type { Work } from '../work.ts'

/** The commit point: one rename of the link that nginx follows at each request. */
export function switchTo(work: Work, release: number, isNew: boolean): Operation {
  const { current, previous } = work.seen
  return {
    title: `switch to release ${release}`,
    describe: () => [`public/current → ${release}${current === null ? '' : `, instead of ${current}`}`],
    async run() {
      await work.lease.change('switch', { release })
    },
    async undo() {
      await work.lease.change('switch-back', { release, before: current, previous, new: isNew })
    },
  }
}
