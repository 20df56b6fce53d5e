/** The door of the library: typed values in, nginx configuration out. It knows nothing of apps, images or releases. */
export { parseSize, parseTime, type Size, type Time } from './amount.ts'
export { can, capabilities, type Capability } from './capability.ts'
export { nginxCommand } from './command.ts'
export { writeConfiguration } from './configuration.ts'
export { errorPages } from './error-pages.ts'
export { invalidEdge, invalidHostname, nginxTooOld, unknownNginx, unwritableValue } from './errors.ts'
export { parseExtra, type ExtraDirectives } from './extra.ts'
export { parseHeader, parseUserName, type Header, type UserName } from './header.ts'
export { pathBelow, type Hole } from './hole.ts'
export { parseHostname, type Hostname } from './hostname.ts'
export { parseAddress, parseCidr, parsePort, type Address, type Cidr, type Port } from './network.ts'
export { reasons } from './numbers.ts'
export {
  parseDiskPath,
  parseSocketPath,
  parseUrlPrefix,
  type DiskPath,
  type SocketPath,
  type UrlPrefix,
} from './path.ts'
export type { Account, App, Certificate, Listen, Site, Static } from './site.ts'
export { nginxOf, parseNginx, type Nginx, type Version } from './version.ts'
