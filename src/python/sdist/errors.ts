import { defineError } from '../../kit/error.ts'

export const badSdist = defineError({
  code: 'bad-sdist',
  title: 'A source distribution cannot be read',
  help: 'A source distribution is damaged, says nowhere what it is, or comes in an old form (zip, bzip2) that current tools no longer write. Take another version of the distribution, best one that has wheels.',
})
