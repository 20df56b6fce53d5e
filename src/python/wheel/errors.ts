import { defineError } from '../../kit/error.ts'

export const badWheel = defineError({
  code: 'bad-wheel',
  title: 'A wheel is damaged or not a wheel',
  help: 'A wheel does not follow the binary distribution format: its contents differ from its RECORD, a name in it leaves its directory, its metadata names another distribution, or it unpacks to an absurd size. Nothing of it was used. Take another version of the distribution, or report it to its authors.',
})

export const wheelsCollide = defineError({
  code: 'wheels-collide',
  title: 'Two wheels cannot be installed together',
  help: 'One wheel installs a file where another one installs a directory, or a wheel wants to replace a file that belongs to the virtual environment itself. No installer can put both in one environment. Leave one of them out, or take another version.',
})
