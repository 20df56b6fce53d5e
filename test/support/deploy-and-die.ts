import { readFileSync } from 'node:fs'
import { localTransport, openHost, type DeployRequest } from '../../src/targets/host/index.ts'
import type { Moment } from './host-crash.ts'

/** A process that deploys what the file named by its argument says, and kills itself at one of its calls to the agent. */
const { home, port, moment, ...app } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as {
  readonly home: string
  readonly port: number
  readonly moment: Moment
} & Pick<DeployRequest, 'plan' | 'made'>

const transport = localTransport({ home })
let calls = 0
const die = async (): Promise<void> => {
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => {})
}
const host = openHost({
  home,
  transport: {
    ...transport,
    async call(command, request) {
      calls += 1
      const isIt = calls === moment.call || command === moment.command
      const answer = transport.call(command, request)
      // The agent has its request by then: it carries it out whether we live or not.
      if (isIt && moment.before) await Promise.race([answer, new Promise(resolve => setTimeout(resolve, 8))]).then(die)
      const given = await answer
      if (isIt) await die()
      return given
    },
  },
})
await host.deploy({ ...app, listen: { address: '127.0.0.1', port }, report: () => {} })
