import { defineError } from '../../kit/error.ts'

/** How a database, cache or broker that the app asks for can fail to come. */

export const servicePortInUse = defineError({
  code: 'service-port-in-use',
  title: 'Another program listens where a service of the app must',
  help: 'The source names the address of its database, cache or broker, or releases were told it, and another program listens there. Stop that program, or let the app use it: give its address in the variable the error names, with `--env`, `env` in the config or a secret. Where the source has the address written out, read it from a variable.',
})

export const noServicePort = defineError({
  code: 'no-service-port',
  title: 'A variable that says the port of a service holds no port',
  help: 'Wherry runs a service for the app at the port that the environment gives, by `--env` or `env` in the config. What stands there is no number from 1 to 65535, so neither the service nor the app could use it. Correct it, or leave the variable out: a port is chosen then.',
})

export const serviceNotReady = defineError({
  code: 'service-not-ready',
  title: 'A service of the app does not start',
  help: 'The database, cache or broker that was brought for the app ended, or did not answer in time; the error brings its last lines. Its data are kept as they are. An own one may be used instead, by the variable that `wherry` shows beside it.',
})

export const serviceNotPrepared = defineError({
  code: 'service-not-prepared',
  title: 'A service could not be prepared for the app',
  help: 'Initialising its volume, or making the user and the database the app asks for, ended with an error; the error brings the lines. What is there already is kept.',
})

export const serviceDataVersion = defineError({
  code: 'service-data-version',
  title: 'The data of a database were written by another major version',
  help: 'PostgreSQL reads only data of its own major version. Nothing was started and nothing was changed. Dump the data with the version that wrote them and restore them, or start with an empty volume: the error says where the old one lies.',
})
