import { defineError } from '../kit/error.ts'

export const duplicatePath = defineError({
  code: 'duplicate-path',
  title: 'Two files want the same place in the image',
  help: 'A layer was given the same path twice. Engines disagree about which one wins, so neither is taken. Usual cause: two packages install the same file.',
})

export const unsafePath = defineError({
  code: 'unsafe-path',
  title: 'A path that an image cannot hold',
  help: 'Paths in an image are relative, without `..`, control characters or more than 4095 bytes (255 in one name). Rename the file, or leave it out of the image.',
})

export const whiteoutName = defineError({
  code: 'whiteout-name',
  title: 'A file is named like a deletion mark',
  help: 'In an image layer a name that begins with `.wh.` deletes a file of the layers below, so a real file of that name cannot be shipped. Rename it, or leave it out of the image.',
})

export const pathThroughLink = defineError({
  code: 'path-through-link',
  title: 'A path leads through a link or a file',
  help: 'Engines would replace the link by a directory and hide everything behind it: `bin/tool` on a system whose `/bin` is a link to `usr/bin` takes away every program. Put the file at the place the link points to.',
})

export const fileChanged = defineError({
  code: 'file-changed',
  title: 'A file changed while it was packed',
  help: 'A file had another size or content when it was read than when it was listed. Stop whatever writes to it, then run the command again.',
  exit: 75,
})

export const fileUnreadable = defineError({
  code: 'file-unreadable',
  title: 'A file cannot be packed',
  help: 'Only regular files that the current user may read can go into an image. Pipes, sockets and devices cannot; remove them or leave them out of the image.',
})

export const tooManyLayers = defineError({
  code: 'too-many-layers',
  title: 'The image has too many layers',
  help: 'An image holds 1 to 60 layers: engines fail above 125, and some platforms much earlier. Choose a base image with fewer layers, or let Wherry make the base.',
})

export const badImageConfig = defineError({
  code: 'bad-image-config',
  title: 'A setting that an image cannot hold',
  help: 'The user must be numeric, the working directory absolute and outside /proc, /sys and /dev, and environment names free of `=`; no value may hold a NUL character.',
})

export const badImageName = defineError({
  code: 'bad-image-name',
  title: 'Not a name for an image',
  help: 'An image name is lower case: `shop`, `shop:3` or `registry.example/team/shop:3`. The tag after the colon has at most 128 letters, digits, dots, dashes and underscores.',
})

export const damagedImage = defineError({
  code: 'damaged-image',
  title: 'An image is not what its digests say',
  help: 'A digest, a size or the structure of an image file or layout is wrong: it was cut short, changed, or made by a broken tool. Nothing of it is used. Fetch or build it again.',
})

export const unsupportedImage = defineError({
  code: 'unsupported-image',
  title: 'An image of a kind that is not read',
  help: 'Wherry reads single Linux images (OCI or Docker schema 2) whose layers are gzip-compressed, from an OCI layout or an archive of one. The error names what was found instead.',
})

export const imageTooLarge = defineError({
  code: 'image-too-large',
  title: 'A layer inflates beyond all bounds',
  help: 'A compressed layer grew beyond 16 GiB, or more than 200 times its own size: such data is made to fill disks. Do not use this image.',
})
