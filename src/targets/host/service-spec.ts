import { join } from 'node:path'
import { appUser } from '../../debian/index.ts'
import { specOf, type Spec } from '../../engines/sandbox/spec.ts'
import type { ServiceImage } from '../../services/image.ts'
import { conf, volume, type Argv, type Service } from '../../services/service.ts'
import { placesOf } from './containers.ts'
import type { HolderProcess } from './observation.ts'
import type { HostSandbox } from './transport.ts'

/** The sandbox a service runs in: its own packages, its volume, its settings, and nothing of the app’s. */

export const serviceOwner = appUser

export interface ServiceProgram {
  readonly argv: Argv
  readonly image: ServiceImage
  readonly sandbox: HostSandbox
}

export function serviceSpec(home: string, service: Service, { argv, image, sandbox }: ServiceProgram): Spec {
  const place = (name: string): string => join(home, 'services', service.kind, name)
  return specOf(
    {
      layers: [sandbox.place(image.directory)],
      argv,
      env: { PATH: '/usr/sbin:/usr/bin', HOME: '/tmp', LANG: 'C.UTF-8' },
      user: { uid: serviceOwner, gid: serviceOwner },
      cwd: '/',
      root: 'read-only',
      mounts: [
        { from: place('data'), to: volume, readonly: false },
        { from: place('conf'), to: conf, readonly: true },
        ...(service.sockets ? [{ from: place('run'), to: service.sockets, readonly: false }] : []),
      ],
      tmpfs: [],
      network: 'host',
      hostname: service.kind,
      memoryLimit: null,
      pidsLimit: null,
    },
    { places: placesOf(sandbox), parent: null },
  )
}

/** How the holder starts one of a service's programs. */
export function serviceProcess(home: string, service: Service, name: string, sandbox: HostSandbox): HolderProcess {
  const place = join(home, 'services', service.kind)
  return {
    name,
    argv: [...sandbox.argv, join(place, `${name}.json`), join(place, 'reports', name)],
    stop: service.stop.signal,
    grace: service.stop.grace,
  }
}
