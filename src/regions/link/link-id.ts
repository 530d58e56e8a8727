/**
 * Id of an entry in an outbox and in the inbox it is copied to: `<epoch>-<sequence>`.
 *
 * The epoch is when the source's Redis began to write under its present identity, ms; the sequence counts from 1 without a gap.
 */
export interface LinkId {
  readonly epoch: number;
  readonly sequence: number;
}

/** Before every entry. */
export const LINK_START: LinkId = { epoch: 0, sequence: 0 };

/** @returns null for what is no stream id, or has numbers that no entry of ours can have */
export function parseLinkId(text: string): LinkId | null {
  const [, epochText, sequenceText] = /^(\d{1,16})-(\d{1,16})$/.exec(text) ?? [];
  const [epoch, sequence] = [Number(epochText), Number(sequenceText)];
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(sequence) ? { epoch, sequence } : null;
}

export function formatLinkId({ epoch, sequence }: LinkId): string {
  return `${epoch}-${sequence}`;
}
