/** A host and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly username: string | null;
  readonly password: string | null;
}

/** Where a region's Redis is, and of which kind. `hosts`: the server, the Sentinels, or some nodes of the Cluster. */
export type RedisTarget = Credentials & { readonly hosts: readonly HostPort[] } & {
  readonly hasTls: boolean;
} & (
    | { readonly kind: 'single'; readonly database: number }
    | { readonly kind: 'sentinel'; readonly masterName: string }
    | { readonly kind: 'cluster' }
  );

//              redis|rediss   +kind                   user:password@   h1:p,h2:p    /path
const SYNTAX = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/]+)(?:\/([^/?#]*))?$/;
const HOST = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/;

const REDIS_PORT = 6_379;
const SENTINEL_PORT = 26_379;

/**
 * Reads `redis://[user:password@]host[:port][/database]`, `redis+sentinel://h1:p,h2:p/masterName` or
 * `redis+cluster://h1:p,h2:p`; `rediss` for TLS. User and password are percent-encoded, and for the data, not for Sentinels.
 *
 * @returns null when it is none of them. The value holds a password, so no error may repeat it
 */
export function parseRedisUri(uri: string): RedisTarget | null {
  const match = SYNTAX.exec(uri);
  if (match === null) return null;
  const [, scheme, kind = 'single', userInfo = '', hostList = '', path = ''] = match;
  const hosts = hostList
    .split(',')
    .map((text) => parseHost(text, kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT));
  const credentials = parseCredentials(userInfo);
  if (credentials === null || !hosts.every((host) => host !== null)) return null;
  const common = { ...credentials, hosts, hasTls: scheme === 'rediss' };
  switch (kind) {
    case 'sentinel':
      return path === '' ? null : { ...common, kind, masterName: path };
    case 'cluster':
      return path === '' ? { ...common, kind } : null;
    default:
      if (hosts.length > 1 || !/^\d{0,4}$/.test(path)) return null;
      return { ...common, kind: 'single', database: Number(path) };
  }
}

function parseHost(text: string, defaultPort: number): HostPort | null {
  const match = HOST.exec(text);
  if (match === null) return null;
  const port = Number(match[3] ?? defaultPort);
  if (port < 1 || port > 65_535) return null;
  return { host: match[1] ?? match[2] ?? '', port };
}

function parseCredentials(userInfo: string): Credentials | null {
  const [username = '', password = '', ...rest] = userInfo.split(':');
  if (rest.length > 0) return null;
  try {
    return {
      username: username === '' ? null : decodeURIComponent(username),
      password: password === '' ? null : decodeURIComponent(password),
    };
  } catch {
    // A lone % is no percent-encoding: not a URI.
    return null;
  }
}
