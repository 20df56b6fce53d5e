/**
 * OCI images: `makeLayers` → `assemble` → a view (`viewImage`), which every source gives and every sink takes.
 *
 *     sources   viewImage (just assembled) · findImage (cache) · readLayout · readArchive
 *     sinks     keepImage (cache) · writeLayout · writeArchive · streamArchive
 */
export { assemble } from './assemble.ts'
export { readBlob } from './blob.ts'
export { nothingBelow, type Below } from './below.ts'
export { directoryImage } from './directory-image.ts'
export { directoryLayer, directoryTar, type DirectoryLayer } from './directory-layer.ts'
export { digestOf, isDigest } from './digest.ts'
export { identifyCompressor } from './gzip.ts'
export { parseImageName, type ImageName } from './image-name.ts'
export { findImage, keepImage, viewKept } from './keep-image.ts'
export { makeLayers, type LayerOptions, type MadeLayers } from './layer.ts'
export { readMembers, whiteoutOf } from './layer-read.ts'
export type { LayerPart } from './layer-source.ts'
export { layOutTree } from './lay-out-tree.ts'
export { encodeManifest, mostLayers } from './manifest.ts'
export { mediaTypes, type Descriptor, type Dialect } from './media-types.ts'
export { readArchive } from './read-archive.ts'
export { readImage, type BlobSource } from './read-image.ts'
export { readSaved } from './read-saved.ts'
export { readLayout } from './read-layout.ts'
export { surveyLayers } from './survey.ts'
export { fixedMtime, writeTar as tarOf } from './tar-write.ts'
export { treeKey } from './tree-key.ts'
export { unpackLayers } from './unpack.ts'
export { openUnpacking, type Unpacking } from './unpack-tar.ts'
export { viewImage, type ImageView } from './view.ts'
export { streamArchive, writeArchive } from './write-archive.ts'
export { writeLayout } from './write-layout.ts'
