import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Unpacks one file of a package of Debian sid to `target`, without touching the system's own apt state.
 * The mirror is the one this machine's apt already uses. Works as an ordinary user.
 */
export const fetchFromDebianSid = (pkg, fileInside, target) => fetchFromDebian('sid', pkg, { [fileInside]: target });

/** The same for any suite and several files: path inside the package → where it goes. */
export async function fetchFromDebian(suite, pkg, files) {
  const source = debianSource();
  if (source === null) throw new Error('no Debian mirror in the apt sources of this machine');
  const work = mkdtempSync(join(tmpdir(), 'fenshi-apt-'));
  try {
    const options = privateAptOptions(work, source, suite);
    run('apt-get', [...options, 'update'], work);
    run('apt-get', [...options, 'download', `${pkg}/${suite}`], work);
    const deb = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (deb === undefined) throw new Error(`apt downloaded no ${pkg}`);
    run('dpkg-deb', ['-x', deb, 'unpacked'], work);
    for (const [fileInside, target] of Object.entries(files)) {
      mkdirSync(dirname(target), { recursive: true });
      const partial = `${target}.${process.pid}`;
      copyFileSync(join(work, 'unpacked', fileInside), partial);
      chmodSync(partial, 0o755);
      renameSync(partial, target);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function privateAptOptions(work, { uri, signedBy }, suite) {
  for (const dir of ['state/lists/partial', 'cache/archives/partial', 'empty']) mkdirSync(join(work, dir), { recursive: true });
  writeFileSync(join(work, 'state', 'status'), '');
  const keyring = signedBy !== null && existsSync(signedBy) ? signedBy : debianKeyring;
  writeFileSync(join(work, 'sources.list'), `deb [signed-by=${keyring}] ${uri} ${suite} main\n`);
  const settings = {
    'Dir::State': join(work, 'state'),
    'Dir::State::lists': join(work, 'state', 'lists'),
    'Dir::State::status': join(work, 'state', 'status'),
    'Dir::Cache': join(work, 'cache'),
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': '-',
    'Dir::Etc::preferencesparts': join(work, 'empty'),
    'Dir::Etc::trusted': '/dev/null',
    'Dir::Etc::trustedparts': join(work, 'empty'),
    'Acquire::Languages': 'none',
    ...(process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {}),
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

function run(program, args, cwd) {
  try {
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  } catch (error) {
    const detail = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .slice(-2)
      .join(' ');
    throw new Error(`${program}: ${detail}`);
  }
}

/** First enabled Debian archive of the machine's apt sources, deb822 or one-line form; `{uri, signedBy}` or null. */
export function debianSource(etc = '/etc/apt') {
  const files = [join(etc, 'sources.list')];
  const parts = join(etc, 'sources.list.d');
  if (existsSync(parts))
    files.push(
      ...readdirSync(parts)
        .sort()
        .map((name) => join(parts, name)),
    );
  for (const file of files) {
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    const entries = file.endsWith('.sources') ? deb822Entries(text) : oneLineEntries(text);
    const found = entries.find(({ uri }) => isDebianArchive(uri));
    if (found !== undefined) return found;
  }
  return null;
}

const isDebianArchive = (uri) => /^https?:\/\/.*\/debian\/?$/.test(uri) && !/security|snapshot/.test(uri);

function deb822Entries(text) {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = {};
    let last = null;
    for (const line of stanza.split('\n')) {
      if (line.startsWith('#')) continue;
      const named = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (named) {
        last = named[1].toLowerCase();
        fields[last] = named[2];
      } else if (last !== null && /^\s/.test(line)) fields[last] += ` ${line.trim()}`;
    }
    if (/^no$/i.test(fields.enabled ?? 'yes') || !/\bdeb\b/.test(fields.types ?? '')) return [];
    const signedBy = fields['signed-by']?.startsWith('/') ? fields['signed-by'] : null;
    return (fields.uris ?? '')
      .split(/\s+/)
      .filter(Boolean)
      .map((uri) => ({ uri, signedBy }));
  });
}

function oneLineEntries(text) {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s/.exec(line);
    if (!found) return [];
    return [{ uri: found[2], signedBy: /signed-by=(\S+)/.exec(found[1] ?? '')?.[1] ?? null }];
  });
}
