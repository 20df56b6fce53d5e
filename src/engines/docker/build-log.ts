/**
 * What the programs of a build print, out of a record of BuildKit's progress (moby/buildkit api/services/control/control.proto:
 * StatusResponse field 3 is a log, whose field 4 is the text). Of protobuf only what that takes: tags, varints, lengths.
 */
export function logsOf(record: Uint8Array): string {
  return fieldsOf(record)
    .filter(({ field }) => field === 3)
    .flatMap(({ bytes }) => fieldsOf(bytes))
    .filter(({ field }) => field === 4)
    .map(({ bytes }) => Buffer.from(bytes).toString('utf8'))
    .join('')
}

interface Field {
  readonly field: number
  readonly bytes: Uint8Array
}

/** The fields that have a length; a record that is cut short, or none, ends the list. */
function fieldsOf(record: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = record[at++]
      if (byte === undefined) return Number.NaN
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return Number.NaN
  }
  while (at < record.length) {
    const tag = varint()
    const kind = tag % 8
    if (kind === 0) varint()
    else if (kind === 1) at += 8
    else if (kind === 5) at += 4
    else if (kind === 2) {
      const length = varint()
      if (!(at + length <= record.length)) return fields
      fields.push({ field: Math.floor(tag / 8), bytes: record.subarray(at, at + length) })
      at += length
    } else return fields
  }
  return fields
}
