import { afterAll, describe } from 'vitest';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { profileStoreContract } from './profile-store-contract.ts';

const isMissing = missingTool('mongo-server');
const server = isMissing ? null : await MongoServer.start();

afterAll(() => server?.[Symbol.asyncDispose]());

describe.skipIf(isMissing)('MongoDB', () => {
  profileStoreContract(server?.name ?? 'no server', async () => {
    if (server === null) throw new Error('skipped');
    return await server.openProfiles();
  });
});
