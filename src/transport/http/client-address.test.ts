import { describe, expect, test } from 'vitest';
import { addressGroup, clientAddress, trustProxies } from './client-address.ts';

const from = (remoteAddress: string | undefined, forwardedFor?: string | string[]) => ({
  headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  socket: { remoteAddress },
});

describe('[ACC-11] clientAddress', () => {
  test.each([
    { trusted: [], peer: '203.0.113.9', header: undefined, address: '203.0.113.9' },
    { trusted: [], peer: '127.0.0.1', header: '198.51.100.1', address: '127.0.0.1' },
    { trusted: ['loopback'], peer: '127.0.0.1', header: '198.51.100.1', address: '198.51.100.1' },
    { trusted: ['loopback'], peer: '203.0.113.9', header: '198.51.100.1', address: '203.0.113.9' },
    // The client wrote 1.1.1.1 himself; our proxy added what it saw.
    {
      trusted: ['loopback'],
      peer: '::1',
      header: '1.1.1.1, 198.51.100.1',
      address: '198.51.100.1',
    },
    {
      trusted: ['loopback', '10.0.0.0/8'],
      peer: '127.0.0.1',
      header: '1.1.1.1, 198.51.100.1, 10.2.3.4',
      address: '198.51.100.1',
    },
    {
      trusted: ['10.0.0.0/8'],
      peer: '::ffff:10.0.0.1',
      header: '2001:db8::7',
      address: '2001:db8::7',
    },
    { trusted: ['loopback'], peer: '127.0.0.1', header: 'nonsense', address: '127.0.0.1' },
    { trusted: ['loopback'], peer: '127.0.0.1', header: '', address: '127.0.0.1' },
    {
      trusted: ['loopback'],
      peer: '127.0.0.1',
      header: '127.0.0.1,127.0.0.1',
      address: '127.0.0.1',
    },
    { trusted: ['loopback'], peer: undefined, header: '198.51.100.1', address: 'unknown' },
    { trusted: [], peer: '::ffff:192.0.2.1', header: undefined, address: '192.0.2.1' },
  ])(
    'peer $peer, header $header, trusting $trusted → $address',
    ({ trusted, peer, header, address }) => {
      expect(clientAddress(from(peer, header), trustProxies(trusted))).toBe(address);
    },
  );

  test('reads repeated headers as one list', () => {
    const request = from('127.0.0.1', ['1.1.1.1', '198.51.100.1']);
    expect(clientAddress(request, trustProxies(['loopback']))).toBe('198.51.100.1');
  });

  test('a proxy that is not an address is refused at start', () => {
    expect(() => trustProxies(['proxy.example'])).toThrow(TypeError);
  });
});

describe('[ACC-11] addressGroup', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['unknown', 'unknown'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('%s is counted as %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
