/** The archive is broken, or uses what this reader refuses (sparse files, unknown types). */
export class TarError extends Error {}
