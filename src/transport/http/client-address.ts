import { isIP, isIPv6 } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Whether the machine at this address is a proxy of ours, whose `X-Forwarded-For` is believed. */
export type TrustedProxies = (address: string) => boolean;

/** What is needed of a request; `http.IncomingMessage` of a request or a socket upgrade has it. */
export interface AddressedRequest {
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/**
 * @param proxies - addresses, CIDR ranges, or `loopback`, `linklocal`, `uniquelocal`
 * @throws {TypeError} when one of them is not an address
 */
export function trustProxies(proxies: readonly string[]): TrustedProxies {
  if (proxies.length === 0) return () => false;
  const isTrusted = proxyAddr.compile([...proxies]);
  return (address) => isTrusted(address, 0);
}

/**
 * The address of the client, for limits and logs.
 *
 * Walks `X-Forwarded-For` from the right, one step per trusted proxy, and stops at the first address that is not ours
 * or not an address at all: whatever stands left of it, the client may have written himself.
 *
 * @returns an IP address, IPv4 in its own notation; `unknown` when the socket is already gone
 */
export function clientAddress(request: AddressedRequest, isTrusted: TrustedProxies): string {
  let address = normalize(request.socket.remoteAddress ?? '');
  if (isIP(address) === 0) return 'unknown';
  const header = request.headers['x-forwarded-for'];
  const hops = (typeof header === 'string' ? header : (header ?? []).join(',')).split(',');
  while (isTrusted(address)) {
    const hop = normalize(hops.pop()?.trim() ?? '');
    if (isIP(hop) === 0) break;
    address = hop;
  }
  return address;
}

/**
 * What a limit per address counts: the address, or its /64 for IPv6, where every home has 2^64 addresses to choose from.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}

/** IPv4 seen through an IPv6 socket (`::ffff:192.0.2.1`) is written as IPv4, so that it has one name. */
function normalize(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}
