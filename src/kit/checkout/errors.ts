import { defineError } from '../error.ts'

export const noSuchDirectory = defineError({
  code: 'no-such-directory',
  title: 'The path given is no directory',
  help: 'Wherry works on the root directory of a repository. The path does not exist, is a file, or cannot be read.',
  exit: 2,
})

export const notAFile = defineError({
  code: 'not-a-file',
  title: 'Something that is no regular file stands where a file is expected',
  help: 'A FIFO, socket, device or directory has the name of a file that Wherry reads, such as requirements.txt. Reading it could hang or never end, so it is refused. Remove or rename it. The same is said of a file that is gone or that this user may not read.',
})

export const fileTooLarge = defineError({
  code: 'file-too-large',
  title: 'A file is too large to be what its name says',
  help: 'Project files are read up to a limit (4 MB for manifests and source, 64 MB for lock files), so that a hostile or broken repository cannot exhaust memory. The error names the file.',
})

export const linkOutside = defineError({
  code: 'link-outside',
  title: 'A symbolic link leads out of the repository',
  help: 'The file is a link to a place outside the repository. Following it would put a file of this machine into the image, so it is refused. Replace the link with the file, or remove it.',
})

export const tooManyFiles = defineError({
  code: 'too-many-files',
  title: 'The directory holds more files than a repository should',
  help: 'More than 200,000 files belong to this directory. Run Wherry on the root of one repository, or list what does not belong in .gitignore.',
})
