import { z } from 'zod'
import { isDigest } from './digest.ts'

/** The documents of an image as others write them (image-spec): what is used is checked, the rest is let through. */

const strings = z.record(z.string(), z.string())
const absent = z.never({ error: 'it is an index and a manifest at once' }).optional()

export const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().refine(isDigest, { error: 'not a sha256 digest' }),
  size: z.int().nonnegative(),
  annotations: strings.nullish(),
  platform: z.object({ architecture: z.string(), os: z.string() }).nullish(),
})

export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema),
  layers: absent,
  config: absent,
})

export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).min(1),
  manifests: absent,
})

const words = z.array(z.string()).nullish()

export const configSchema = z.object({
  architecture: z.string(),
  os: z.string(),
  created: z.string().nullish(),
  config: z
    .object({
      User: z.string().nullish(),
      Env: words,
      Entrypoint: words,
      Cmd: words,
      WorkingDir: z.string().nullish(),
      Labels: strings.nullish(),
    })
    .nullish(),
  rootfs: z.object({
    type: z.literal('layers'),
    diff_ids: z.array(z.string().refine(isDigest, { error: 'not a sha256 digest' })),
  }),
  history: z.array(z.object({ created_by: z.string().nullish(), empty_layer: z.boolean().nullish() })).nullish(),
})

export type DescriptorDocument = z.infer<typeof descriptorSchema>
export type ConfigDocument = z.infer<typeof configSchema>
