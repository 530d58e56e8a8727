import { MemoryRoomJournal } from './journal-memory.ts';
export class RedisRoomJournal extends MemoryRoomJournal { constructor(_d: any) { super(); } }
