import { Decoder, Encoder, type Schema, StateView, schema, t } from '@colyseus/schema';
import { describe, expect, test } from 'vitest';
import { EncodeScratch } from '../flow/encode-scratch.ts';
import { StateRecorder } from './state-recorder.ts';

const Card = schema({ rank: t.uint8().default(0) }, 'Card');
const Table = schema(
  {
    turn: t.uint16().default(0),
    wind: t.float32().unreliable(),
    flash: t.uint8().optional().patchOnly(),
    map: t.string().optional().fullStateOnly(),
    hand: t.array(Card).view(),
  },
  'Table',
);

function card(rank: number) {
  return new Card().assign({ rank });
}

function record<T extends Schema>(state: T, scratchBytes = 64) {
  const encoder = new Encoder(state);
  const recorder = new StateRecorder(() => encoder, new EncodeScratch(scratchBytes));
  const reader = new Decoder(new (state.constructor as new () => T)());
  return {
    encoder,
    recorder,
    reader,
    checkpoint: () => reader.decode(recorder.checkpoint()),
    flush(): void {
      const shared = encoder.hasChanges ? encoder.encode() : null;
      reader.decode(recorder.patch(shared));
      encoder.discardChanges();
      encoder.discardUnreliableChanges();
    },
  };
}

describe('StateRecorder', () => {
  test('[SV-6] keeps the order of an array that views hide', () => {
    const table = new Table();
    const { checkpoint, flush, reader } = record(table);
    checkpoint();
    const ranks = () => (reader.state as typeof table).hand.map(({ rank }) => rank);
    const expectSame = () => {
      flush();
      expect(ranks()).toEqual(table.hand.map(({ rank }) => rank));
    };
    table.hand.push(card(1), card(2), card(3));
    expectSame();
    table.hand.unshift(card(9));
    expectSame();
    table.hand.reverse();
    expectSame();
    table.hand.splice(1, 2, card(7));
    expectSame();
    table.hand.move(() => {
      [table.hand[0], table.hand[2]] = [table.hand[2] as never, table.hand[0] as never];
    });
    expectSame();
    expect(ranks()).toHaveLength(3);
  });

  test('[SV-6] has unreliable fields in each patch, fullStateOnly() ones in checkpoints only', () => {
    const table = new Table();
    const { checkpoint, flush, encoder, recorder } = record(table);
    table.map = 'first';
    flush();
    checkpoint();
    encoder.discardChanges();
    table.wind = 2.5;
    table.flash = 3;
    table.map = 'second';
    const patch = recorder.patch(encoder.encode());
    const other = new Decoder(new Table());
    other.decode(patch);
    expect(other.state.toJSON()).toMatchObject({ wind: 2.5, flash: 3 });
    expect(other.state.toJSON()).not.toHaveProperty('map');
    const late = new Decoder(new Table());
    late.decode(recorder.checkpoint());
    expect(late.state.toJSON()).toMatchObject({ wind: 2.5, map: 'second' });
    expect(late.state.toJSON()).not.toHaveProperty('flash');
  });

  test('[SV-5] leaves no trace: no view, no bits, no changes', () => {
    const table = new Table();
    const { encoder, recorder, flush } = record(table);
    table.hand.push(card(1));
    flush();
    table.hand.push(card(2));
    const flags = () => Object.values(encoder.root.changeTrees).map((tree) => tree.flags);
    const before = { flags: flags(), patch: encoder.encode().slice() };
    recorder.checkpoint();
    recorder.patch(before.patch);
    expect(encoder.root.activeViews.size).toBe(0);
    expect(encoder.root.acquireViewId()).toBe(0);
    for (const tree of Object.values(encoder.root.changeTrees)) {
      expect(tree.visibleViews).toBeUndefined();
    }
    expect({ flags: flags(), patch: encoder.encode().slice() }).toEqual(before);
  });

  test('[SV-5] its bytes are its own, also when what it is given lies in the scratch', () => {
    const table = new Table();
    const encoder = new Encoder(table);
    const scratch = new EncodeScratch();
    const recorder = new StateRecorder(() => encoder, scratch);
    const reader = new Decoder(new Table());
    reader.decode(recorder.checkpoint());
    encoder.discardChanges();
    table.turn = 513;
    table.hand.push(card(200));
    const patch = recorder.patch(encoder.encode({ offset: 0 }, undefined, scratch.buffer));
    scratch.buffer.fill(0);
    reader.decode(patch);
    expect(reader.state.toJSON()).toEqual(table.toJSON());
  });

  test('[SV-4] a patch of nothing is empty; a checkpoint larger than the scratch is whole', () => {
    const table = new Table();
    const { recorder, checkpoint, reader, flush } = record(table, 1);
    flush();
    expect(recorder.patch(null)).toHaveLength(0);
    for (let i = 0; i < 500; i++) table.hand.push(card(i % 256));
    flush();
    checkpoint();
    expect(reader.state.toJSON()).toEqual(table.toJSON());
  });

  test('[SV-4] asks for a checkpoint at first, and when the room’s state is another object', () => {
    let encoder = new Encoder(new Table());
    const recorder = new StateRecorder(() => encoder, new EncodeScratch());
    expect(recorder.needsCheckpoint).toBe(true);
    recorder.checkpoint();
    expect(recorder.needsCheckpoint).toBe(false);
    encoder = new Encoder(new Table());
    expect(recorder.needsCheckpoint).toBe(true);
    expect(recorder.nextRefId).toBe(Object.keys(encoder.root.changeTrees).length);
  });

  test('[SV-5] clients with views get what they got without it', () => {
    const patches = [false, true].map((isRecorded) => {
      const table = new Table();
      const { encoder, recorder } = record(table);
      const view = new StateView();
      encoder.discardChanges();
      table.hand.push(card(1), card(2));
      view.add(table.hand[1] as InstanceType<typeof Card>);
      if (isRecorded) recorder.patch(encoder.encode());
      const it = { offset: 0 };
      encoder.encode(it);
      return encoder.encodeView(view, it.offset, it).slice();
    });
    expect(patches[1]).toEqual(patches[0]);
  });
});
