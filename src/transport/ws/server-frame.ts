// A WebSocket frame as a server sends it (RFC 6455 §5.2): final, binary, unmasked.
//
//   [0x82][n]                 payload of n < 126 bytes
//   [0x82][126][u16 BE n]     n < 65 536
//   [0x82][127][u64 BE n]     longer

const FIN_BINARY = 0x82;
const LENGTH_IS_U16 = 126;
const LENGTH_IS_U64 = 127;
const U16_MAX = 0xffff;

/** Bytes in front of a payload of `payloadBytes`. */
export function serverFrameHeaderBytes(payloadBytes: number): number {
  if (payloadBytes < LENGTH_IS_U16) return 2;
  return payloadBytes <= U16_MAX ? 4 : 10;
}

/**
 * Writes the header of a frame of `payloadBytes` at the start of `target`.
 *
 * @returns where the payload begins
 */
export function writeServerFrameHeader(target: Buffer, payloadBytes: number): number {
  target[0] = FIN_BINARY;
  if (payloadBytes < LENGTH_IS_U16) {
    target[1] = payloadBytes;
    return 2;
  }
  if (payloadBytes <= U16_MAX) {
    target[1] = LENGTH_IS_U16;
    target.writeUInt16BE(payloadBytes, 2);
    return 4;
  }
  target[1] = LENGTH_IS_U64;
  target.writeBigUInt64BE(BigInt(payloadBytes), 2);
  return 10;
}
