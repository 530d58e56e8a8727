import { Client, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import {
  asIs,
  LANE_PATH,
  MOST_REPLY_BYTES,
  readAnswers,
  type WireAnswer,
  type WireCall,
  writeCall,
} from '../../src/transport/rpc/lane-wire.ts';
import { CallSigner, callKey } from '../../src/transport/rpc/peer-call.ts';
import { TILL_SECRET } from './till-service.ts';

export const RING_PATH = '/meridian.test.till.v1.TillService/Ring';

const signer = new CallSigner(callKey(TILL_SECRET));

/** What a call of `path` to a till proves itself with. */
export function tillSignature(path: string): string {
  return signer.signatureOf(path, Date.now());
}

/** A lane on which a test sends what no caller of ours would. */
export class RawLane implements Disposable {
  /** Those that have come, in their order. */
  readonly answers: WireAnswer[] = [];
  isToldToLeave = false;
  readonly #client: Client;
  readonly #stream;
  /** What the lane ends with. */
  readonly ended: Promise<StatusObject>;

  /** @param signature - of the lane itself */
  constructor(port: number, signature = tillSignature(LANE_PATH)) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MOST_REPLY_BYTES,
    });
    const metadata = new Metadata();
    metadata.set('meridian-peer', signature);
    this.#stream = this.#client.makeBidiStreamRequest(LANE_PATH, asIs, asIs, metadata);
    this.#stream.on('error', () => {});
    const ended = Promise.withResolvers<StatusObject>();
    this.ended = ended.promise;
    this.#stream.once('status', ended.resolve);
    this.#stream.on('data', (bytes: Buffer) => {
      const { answers, isLeaving } = readAnswers(bytes);
      this.answers.push(...answers);
      if (isLeaving) this.isToldToLeave = true;
    });
  }

  /** Sends a ring of the bell, with what is given in place of what fits. */
  ring(call: Partial<WireCall> & Pick<WireCall, 'id'>): void {
    const { path = RING_PATH } = call;
    this.sendBytes(
      writeCall({
        ...{ path, peer: tillSignature(path), traceparent: '', timeoutMs: 5_000 },
        ...{ request: Buffer.alloc(0), ...call },
      }),
    );
  }

  sendBytes(bytes: Buffer): void {
    this.#stream.write(bytes);
  }

  /** Takes no answers for now. */
  stopReading(): void {
    this.#stream.pause();
  }

  goOnReading(): void {
    this.#stream.resume();
  }

  /** As a caller does that needs no more calls. */
  end(): void {
    this.#stream.end();
  }

  [Symbol.dispose](): void {
    this.#stream.cancel();
    this.#client.close();
  }
}
