import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineError, type WherryError } from '../../kit/error.ts'
import type { Operation } from '../../model/target.ts'
import { release } from './index.ts'

/** All or none, whatever fails and wherever. */
const broken = defineError({ code: 'broken', title: '', help: '' })
const locked = defineError({ code: 'taken-over', title: '', help: '', exit: 12 })

interface Fault {
  readonly run?: Error
  readonly undo?: Error
}

/** Operations that note what is done to the world: `done` holds what was run and not undone. */
function world(faults: readonly Fault[]) {
  const [done, undone]: [Set<number>, number[]] = [new Set(), []]
  const operations = faults.map((fault, i): Operation => ({
    title: `operation ${i}`,
    describe: () => [],
    async run() {
      done.add(i) // Half done, when it fails.
      if (fault.run) throw fault.run
    },
    async undo() {
      undone.push(i)
      if (fault.undo) throw fault.undo
      done.delete(i)
    },
  }))
  return { done, undone, operations }
}

const fault = broken({ what: 'It broke.', why: 'a reason', next: 'Mend it.', evidence: [{ text: 'a line' }] })
const options = { report: () => {}, before: 'release 3' }

async function failure(work: Promise<void>): Promise<WherryError> {
  return work.then(
    () => expect.fail('did not fail'),
    (error: WherryError) => error,
  )
}

test('nothing remains of what fails, and all of what does not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 8 }), async fails => {
      const { done, undone, operations } = world(fails.map(bad => (bad ? { run: fault } : {})))
      const first = fails.indexOf(true)
      await release(operations, options).catch(() => {})
      expect([...done]).toEqual(first < 0 ? [...fails.keys()] : [])
      expect(undone).toEqual(first < 0 ? [] : [...Array(first + 1).keys()].toReversed())
    }),
  )
})

describe('the error', () => {
  test('is `rolled-back` where something serves on, and names its cause', async () => {
    expect(await failure(release(world([{}, { run: fault }]).operations, options))).toMatchObject({
      code: 'rolled-back',
      exit: 10,
      what: 'It broke. Release 3 serves on.',
      why: 'broken: a reason',
      next: 'Mend it.',
      evidence: [{ text: 'a line' }],
    })
  })

  test('is the cause itself where nothing serves', async () => {
    expect(await failure(release(world([{ run: fault }]).operations, { ...options, before: null }))).toBe(fault)
  })

  test('keeps an exit code that tells more', async () => {
    const taken = locked({ what: 'Taken.', next: 'Wait.' })
    expect(await failure(release(world([{ run: taken }]).operations, options))).toBe(taken)
  })

  test('is `unknown-state` when taking back fails, after all else was taken back', async () => {
    const { undone, operations } = world([{}, { undo: new Error('gone') }, { run: fault }])
    expect(await failure(release(operations, options))).toMatchObject({
      code: 'unknown-state',
      exit: 11,
      why: 'It broke. gone',
    })
    expect(undone).toEqual([2, 1, 0])
  })

  test('of somebody else in charge ends everything at once', async () => {
    const taken = locked({ what: 'Taken.', next: 'Wait.' })
    const isFinal = (error: unknown): boolean => error === taken
    const first = world([{}, { run: taken }])
    expect(await failure(release(first.operations, { ...options, isFinal }))).toBe(taken)
    expect(first.undone).toEqual([])
    const second = world([{ undo: taken }, { run: fault }])
    expect(await failure(release(second.operations, { ...options, isFinal }))).toBe(taken)
  })

  test('that is a mistake of ours stays one', async () => {
    const bug = new TypeError('x is undefined')
    expect(await failure(release(world([{ run: bug }]).operations, options))).toBe(bug)
  })
})

test('cancelling stops before the next operation and takes back', async () => {
  const { done, operations } = world([{}, {}, {}])
  const cancel = new AbortController()
  const second = operations[1]!
  const run = async (): Promise<void> => {
    await second.run()
    cancel.abort()
  }
  const given = [operations[0]!, { ...second, run }, operations[2]!]
  const error = await failure(release(given, { ...options, signal: cancel.signal }))
  expect(error).toMatchObject({ code: 'rolled-back', why: 'cancelled' })
  expect([...done]).toEqual([])
})

test('what only tidies up is tried whole, and takes nothing back when it fails', async () => {
  const { done, operations } = world([{}])
  const afterwards = world([{ run: fault }, {}])
  const warnings: string[] = []
  const report = (event: { level: string; text: string }): void => {
    if (event.level === 'warning') warnings.push(event.text)
  }
  await release(operations, { ...options, report, afterwards: afterwards.operations })
  expect([...done]).toEqual([0])
  expect(afterwards.undone).toEqual([])
  expect(warnings).toEqual(['operation 0: It broke. The next command does it.'])
  expect([...afterwards.done]).toEqual([0, 1])
})
