import { duration } from '../../kit/text.ts'
import { ship } from '../../ship.ts'
import type { Shipped } from '../../ship/values.ts'
import { appOption, appsOf, byApp } from '../apps.ts'
import type { Call } from '../command.ts'
import { badArgument } from '../errors.ts'
import { interrupted } from '../interrupted.ts'
import { operationsPage } from '../pages/operations.ts'
import { releasePage } from '../pages/release.ts'
import { hooksOf } from '../values.ts'

/** `wherry ship --to TARGET`: the app where people use it, by the same release as `wherry up` makes here. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const { to } = options
  if (typeof to !== 'string')
    throw badArgument({ what: '`wherry ship` takes a target.', next: 'wherry ship --to production' })
  const directory = String(path)
  const began = Date.now()
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  process.once('SIGTERM', () => interrupt.abort())
  const request = {
    to,
    report: face.report,
    signal: interrupt.signal,
    dryRun: options['dryRun'] === true,
    adopt: options['adopt'] === true,
    ...(typeof options['acceptHostKey'] === 'string' ? { acceptHostKey: options['acceptHostKey'] } : {}),
    ...hooksOf(options),
  }
  const apps = await appsOf(directory, options['app'])
  const all: Shipped[] = []
  for (const app of apps) {
    const shipped = ship(directory, { ...request, ...appOption(app) })
    all.push(
      await shipped.catch((error: unknown) => {
        throw interrupt.signal.aborted ? interrupted(error, `ship --to ${to}`) : error
      }),
    )
  }
  const took = duration(Date.now() - began)
  face.result(byApp(apps, all.map(resultOf)), style =>
    all
      .map(({ deployed, operations, plan }) =>
        deployed === null
          ? operationsPage(operations ?? [], { name: plan.name, to }, style)
          : releasePage({ deployed, plan }, { took, to }, style),
      )
      .join(''),
  )
}

function resultOf({ deployed, operations }: Shipped): unknown {
  if (operations === null) return deployed
  return { operations: operations.map(each => ({ title: each.title, details: each.describe() })) }
}
