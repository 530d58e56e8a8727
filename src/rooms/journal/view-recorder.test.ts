import { $refId, type ChangeTree, Encoder, StateView, schema, t } from '@colyseus/schema';
import { describe, expect, test } from 'vitest';
import { reviveViews, ViewRecorder, type ViewsRecord } from './view-recorder.ts';

const Spy = schema({ cover: t.string().view(2), real: t.string().view() }, 'Spy');
const Net = schema({ spies: t.map(Spy).view(), notes: t.array(Spy).view() }, 'Net');

function openNet() {
  const state = new Net();
  const { root } = new Encoder(state);
  for (const name of ['ann', 'bob']) state.spies.set(name, new Spy());
  const spy = (name: string) => state.spies.get(name) as InstanceType<typeof Spy>;
  return { state, root, ann: spy('ann'), bob: spy('bob') };
}

const asJson = (record: ViewsRecord | null) => JSON.parse(JSON.stringify(record)) as ViewsRecord;

describe('[SV-3] ViewRecorder', () => {
  test('brings back additions, tags and subscriptions, those of later records too', () => {
    const { state, root, ann, bob } = openNet();
    const views = new Map([
      ['s1', new StateView()],
      ['s2', new StateView()],
    ]);
    const [first, second] = [...views.values()] as [StateView, StateView];
    first.add(ann);
    second.add(bob, 2);
    second.subscribe(state.notes);
    const recorder = new ViewRecorder();
    const records = [asJson(recorder.checkpoint(root, views))];
    first.remove(ann);
    first.add(bob);
    second.add(ann, 2);
    records.push(asJson(recorder.changes(root, views)));
    const revived = reviveViews(root, records);
    for (const [sessionId, view] of views) {
      const again = revived.get(sessionId) as StateView;
      expect(again.id).not.toBe(view.id);
      for (const spy of [ann, bob]) {
        expect([again.has(spy), again.hasTag(spy, 2)]).toEqual([
          view.has(spy),
          view.hasTag(spy, 2),
        ]);
      }
    }
    expect(revived.get('s1')?.has(ann)).toBe(false);
    expect(revived.get('s2')?.hasTag(ann, 2)).toBe(true);
    const tree = Object.values(root.changeTrees).find(({ ref }) => ref === state.notes);
    expect(tree && revived.get('s2')?.isSubscribed(tree)).toBe(true);
    expect(tree && revived.get('s1')?.isSubscribed(tree)).toBe(false);
  });

  test('is null when nothing changed, and tells of sessions that come and go', () => {
    const { root, ann } = openNet();
    const views = new Map<string, StateView>();
    const recorder = new ViewRecorder();
    expect(recorder.checkpoint(root, views)).toEqual({ views: {}, trees: [] });
    expect(recorder.changes(root, views)).toBeNull();
    const view = new StateView();
    views.set('s1', view);
    expect(recorder.changes(root, views)).toEqual({ views: { s1: { id: 0 } }, trees: [] });
    view.add(ann);
    expect(recorder.changes(root, views)?.views).toBeUndefined();
    expect(recorder.changes(root, views)).toBeNull();
    view.dispose();
    views.clear();
    const gone = recorder.changes(root, views);
    expect(gone?.views).toEqual({});
    expect(gone?.trees.length).toBeGreaterThan(0);
    expect(recorder.changes(root, views)).toBeNull();
  });

  test('sessions that share a view share one again; the items of iterable ones are there', () => {
    const { root, ann } = openNet();
    const view = new StateView(true);
    view.add(ann);
    const views = new Map([
      ['s1', view],
      ['s2', view],
      ['s3', new StateView()],
    ]);
    const revived = reviveViews(root, [asJson(new ViewRecorder().checkpoint(root, views))]);
    expect(revived.get('s1')).toBe(revived.get('s2'));
    expect(revived.get('s1')?.items).toEqual([ann]);
    expect(revived.get('s3')).not.toBe(revived.get('s1'));
    expect(revived.get('s3')?.has(ann)).toBe(false);
  });

  test('[IN-8] leaves out who sees an object by the room’s interest, and keeps who sees it besides', () => {
    const { root, ann, bob } = openNet();
    const views = new Map([
      ['s1', new StateView()],
      ['s2', new StateView()],
    ]);
    const [first, second] = [...views.values()] as [StateView, StateView];
    const recorder = new ViewRecorder();
    recorder.checkpoint(root, views);
    for (const view of [first, second]) {
      view.add(ann);
      view.add(bob);
    }
    second.add(ann, 2);
    const items = [ann, bob].map((spy) => (spy as never as { [$refId]: number })[$refId]);
    const derived = {
      itemOf: (tree: ChangeTree) =>
        items.indexOf((tree.ref as never as { [$refId]: number })[$refId]),
      // Ann is seen by both, Bob by the first one only; that the second one sees him, the game has arranged.
      word: (item: number) => (item === 0 ? 0b11 : 1 << first.id),
    };
    const fresh = new ViewRecorder();
    const record = asJson(fresh.checkpoint(root, views, derived));
    expect(fresh.changes(root, views, derived)).toBeNull();
    const revived = reviveViews(root, [record]);
    const sees = (session: string) => {
      const view = revived.get(session) as StateView;
      return { ann: view.has(ann), bob: view.has(bob), plan: view.hasTag(ann, 2) };
    };
    expect(sees('s1')).toEqual({ ann: false, bob: false, plan: false });
    expect(sees('s2')).toEqual({ ann: false, bob: true, plan: true });
  });
});
