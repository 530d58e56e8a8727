/** `host:port` as addresses have it: IPv6 in brackets (RFC 3986 §3.2.2). @param host - a name or an address, without brackets */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
