import { count, size } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import type { Agent } from '../agent.ts'
import { fullLayers } from '../containers.ts'
import type { DeployRequest } from '../host.ts'
import { otherArchitecture } from '../ssh/errors.ts'
import type { Stack } from '../transport.ts'

/**
 * Sends the layers a server does not have; null on this machine, which runs them from its cache. Needs no lock: nothing that serves is
 * touched, and others may change the app meanwhile. Throws `other-architecture`.
 */
export async function send(agent: Agent, request: DeployRequest): Promise<Operation | null> {
  const { shipment, architecture = null } = agent.transport
  if (shipment === undefined) return null
  const { image } = request.made
  if (architecture !== image.config.architecture)
    throw otherArchitecture({
      what: `The image is for ${image.config.architecture}, and the server is ${architecture ?? 'of another kind'}.`,
      next: 'Choose a server of amd64 or arm64, or run `wherry ship` again: it makes the image for the server it finds.',
    })
  const found = await shipment(stacksOf(request.made))
  const { missing, bytes } = found
  return {
    title: missing === 0 ? 'send nothing: every layer is there' : `send ${count(missing, 'layer')}, ${size(bytes)}`,
    describe: () => [],
    run: () => found.send(request),
  }
}

/** The layers of a foreign base are unpacked in one directory together, each of ours in its own. */
export function stacksOf({ image, layers }: Pick<DeployRequest['made'], 'image' | 'layers'>): readonly Stack[] {
  const below = image.layers.length - layers.length + 1
  const full = new Set(fullLayers(layers))
  return layers
    .map((directory, i) => ({
      directory,
      layers: i === 0 ? image.layers.slice(0, below) : image.layers.slice(below + i - 1, below + i),
    }))
    .filter(({ directory }) => full.has(directory))
}
