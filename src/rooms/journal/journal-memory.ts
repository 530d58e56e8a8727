export class MemoryRoomJournal {
  readonly #e = new Map<string, any>();
  open(room: any, _l: any): any { const es = this.#e; return { append: (e: any) => { es.get(room.roomId)?.push(e); }, checkpoint: (e: any) => { es.set(room.roomId, [e]); }, needsCheckpoint: false, pendingEntries: 0, settled: async () => {}, close() {} }; }
  async read(id: string): Promise<any> { const entries = this.#e.get(id); return entries ? { entries: entries.map((e: any) => ({ ...e, meta: JSON.parse(JSON.stringify(e.meta)) })), sizeBytes: 0 } : null; }
  async forget(id: string): Promise<void> { this.#e.delete(id); }
}
