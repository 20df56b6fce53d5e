import { redactUrl } from '../../../kit/secret.ts'
import { list } from '../../../kit/text.ts'
import type { Note } from '../../../model/project.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { indexNamed, manifestNotUsed, notForLinux, systemPackagesListed } from '../notes.ts'
import type { Claim, Content } from './manager.ts'

/** Distributions that exist for Windows alone: nothing to install on Linux. */
const windowsOnly = new Set([
  'pywin32',
  'pypiwin32',
  'pywinpty',
  'pywin32-ctypes',
  'win32-setctime',
  'windows-curses',
  'wmi',
  'winshell',
  'comtypes',
  'pythonnet-win',
  'win-inet-pton',
  'winrt',
  'win10toast',
  'twisted-iocpsupport',
  'tensorflow-intel',
  'torch-directml',
  'winkerberos',
  'wincertstore',
  'pyaudiowpatch',
  'kivy-deps-angle',
  'kivy-deps-glew',
  'kivy-deps-gstreamer',
  'kivy-deps-sdl2',
])

/** Lines pip freeze writes on Debian and Ubuntu for parts of Python itself; no index has them. */
const notOnIndex = new Set([
  'pkg-resources',
  'distro-info',
  'python-apt',
  'ubuntu-advantage-tools',
  'unattended-upgrades',
  'ufw',
  'command-not-found',
])

/** A requirement that can never be installed on Linux, though the file asks for it without a marker: it is left out. */
export function isUseless({ name, marker, url, path, specifier }: ListedRequirement): boolean {
  if (name === null || url !== null || path !== null || marker !== null) return false
  return (
    windowsOnly.has(name) || (name === 'pkg-resources' && specifier.some(({ version }) => /^0(?:\.0)*$/.test(version)))
  )
}

/** What a person should know about the packages though nothing is wrong enough to refuse. */
export function readNotes(claim: Claim, content: Content, passedOver: Claim | null): readonly Note[] {
  const notes: Note[] = []
  const useless = content.requirements.filter(isUseless)
  if (useless.length > 0) {
    const because = useless.map(({ name, file, line }) => ({ file, line, text: name ?? '' }))
    const named = list(useless.map(({ name }) => name ?? ''))
    notes.push(
      notForLinux(
        `${named} cannot be installed on Linux and ${useless.length === 1 ? 'is' : 'are'} left out.`,
        because,
      ),
    )
  }
  const foreign = content.requirements.filter(
    ({ name }) => name !== null && notOnIndex.has(name) && name !== 'pkg-resources',
  )
  if (foreign.length > 0) {
    const because = foreign.map(({ name, file, line }) => ({ file, line, text: name ?? '' }))
    notes.push(
      systemPackagesListed(
        `${list(foreign.map(({ name }) => name ?? ''))} belong to Ubuntu's own Python, not to the app.`,
        because,
      ),
    )
  }
  const { index, extraIndexes } = content.sources
  const addresses = [...(index === null ? [] : [index]), ...extraIndexes]
  if (addresses.length > 0 && claim.manifest !== null) {
    const text = `Packages also come from an index the repository names: ${list(addresses.map(redactUrl))}.`
    notes.push(indexNamed(text, [{ file: claim.manifest, line: null, text: redactUrl(addresses[0] ?? '') }]))
  }
  if (passedOver?.manifest != null) {
    const text = `${passedOver.manifest} is not used: ${claim.manifest ?? claim.manager} says the dependencies.`
    notes.push(manifestNotUsed(text, [{ file: passedOver.manifest, line: null, text: 'passed over' }]))
  }
  return notes
}
