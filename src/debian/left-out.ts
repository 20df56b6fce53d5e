/** What packages bring that no image needs: a path below one of these is left out, unless it is kept by the last column. */
export interface LeftOut {
  /** A path, or a pattern for whole paths, as they are after usr-merge. */
  readonly path: string | RegExp
  readonly because: string
  /** True for what compilers read: it stays where packages are laid out to build with. */
  readonly compilers?: boolean
  /** Paths below it that stay. */
  readonly except?: RegExp
}

export const leftOut: readonly LeftOut[] = [
  {
    path: 'usr/share/doc',
    because: 'documentation is for the machine of a person',
    // Most licences ask that their notice goes with every copy; a whole directory may be a link to another package's.
    except: /^usr\/share\/doc\/[^/]+(?:\/copyright)?$/,
  },
  { path: 'usr/share/man', because: 'manual pages' },
  { path: 'usr/share/info', because: 'manuals of GNU programs' },
  { path: 'usr/share/doc-base', because: 'catalogue of documentation' },
  { path: 'usr/share/lintian', because: "notes of Debian's package checker" },
  { path: 'usr/share/bug', because: "scripts of Debian's bug reporter" },
  { path: 'usr/share/apport', because: "scripts of Ubuntu's crash reporter" },
  { path: 'usr/share/locale', because: 'translations of messages no app shows' },
  { path: 'usr/share/i18n', because: 'sources of locales; C.UTF-8 is compiled' },
  {
    path: 'usr/lib/locale',
    because: 'locales other than C.UTF-8',
    except: /^usr\/lib\/locale\/C\.(?:utf8|UTF-8)(?:\/.+)?$/,
  },
  { path: 'usr/share/menu', because: 'desktop menus' },
  { path: 'usr/share/applications', because: 'desktop menus' },
  { path: 'usr/share/pixmaps', because: 'desktop icons' },
  { path: 'usr/share/icons', because: 'desktop icons' },
  { path: 'usr/share/vim', because: 'editor settings' },
  { path: 'usr/share/gdb', because: 'debugger helpers' },
  { path: /^usr\/share\/gcc(?:-\d+)?(?:\/.*)?$/, because: 'debugger helpers' },
  { path: 'usr/share/bash-completion', because: 'no interactive shell' },
  { path: 'etc/bash_completion.d', because: 'no interactive shell' },
  { path: 'usr/share/debianutils', because: 'list of login shells' },
  { path: 'usr/share/base-files', because: 'templates of root’s login files' },
  { path: 'etc/skel', because: 'templates of login files' },
  { path: 'etc/profile.d', because: 'settings of login shells' },
  { path: 'etc/update-motd.d', because: 'login messages' },
  { path: /^etc\/issue(?:\.net)?$/, because: 'login messages' },
  { path: 'usr/lib/systemd', because: 'no service manager in an image' },
  { path: 'usr/lib/tmpfiles.d', because: 'no service manager in an image' },
  { path: 'usr/lib/sysusers.d', because: 'no service manager in an image' },
  { path: 'etc/init.d', because: 'no service manager in an image' },
  { path: /^etc\/rc.\.d(?:\/.*)?$/, because: 'no service manager in an image' },
  { path: /^etc\/cron[^/]*(?:\/.*)?$/, because: 'no cron daemon in an image' },
  { path: 'etc/default', because: 'settings of init scripts' },
  { path: 'etc/logrotate.d', because: 'logs go to the standard streams' },
  { path: 'etc/ufw', because: 'no firewall in an image' },
  { path: 'etc/apparmor.d', because: 'read by the host, not by an image' },
  { path: 'etc/apport', because: "settings of Ubuntu's crash reporter" },
  { path: 'etc/dpkg', because: 'packages are not installed in an image' },
  { path: 'etc/ca-certificates', because: 'the bundle is written by us' },
  { path: 'usr/share/ca-certificates', because: 'the bundle holds all of them' },
  { path: 'usr/sbin/update-ca-certificates', because: 'the bundle is written by us' },
  { path: 'usr/share/python3', because: 'compiles bytecode when a package is installed' },
  { path: /^usr\/bin\/py3(?:compile|clean|versions)$/, because: 'compiles bytecode when a package is installed' },
  { path: /^usr\/bin\/(?:localedef|iconv|ldd|pldd|tzselect|zdump|catchsegv)$/, because: 'tools of administrators' },
  { path: /^usr\/sbin\/(?:iconvconfig|zic)$/, because: 'tools of administrators' },
  {
    path: /^usr\/share\/zoneinfo\/(?:right|posix)(?:\/.*)?$/,
    because: 'time zones with leap seconds, and copies; no library reads them',
  },
  { path: /(?:^|\/)__pycache__(?:\/.*)?$/, because: 'bytecode is compiled by the image step, the same everywhere' },
  {
    path: /^usr\/lib\/python3\.\d+\/(?:test|idlelib|turtledemo)(?:\/.*)?$/,
    because: 'tests and demos of Python itself',
  },
  { path: /^usr\/lib\/python3\.\d+\/lib-dynload\/_(?:test|xx)[^/]*\.so$/, because: 'tests of Python itself' },
  { path: /^usr\/lib\/(?:[^/]+\/)*[^/]+\.(?:a|la)$/, because: 'for linking programs', compilers: true },
  {
    path: /^usr\/(?:include|src|games|lib\/[^/]+\/pkgconfig)(?:\/.*)?$/,
    because: 'for compiling programs',
    compilers: true,
  },
]

/** The rule that leaves a path out, or null. */
export function ruleFor(path: string): LeftOut | null {
  return leftOut.find(rule => covers(rule.path, path) && !rule.except?.test(path)) ?? null
}

function covers(rule: string | RegExp, path: string): boolean {
  if (typeof rule !== 'string') return rule.test(path)
  return path === rule || path.startsWith(`${rule}/`)
}
