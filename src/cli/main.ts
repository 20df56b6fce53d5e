#!/usr/bin/env node
import { buildProgram } from './program.ts'

// Whoever read our output may leave, as `head` does: the work goes on, and what goes on for ever ends by itself (commands/logs.ts).
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

process.exitCode = await buildProgram().run(process.argv.slice(2))
