// Runs before each test file: property tests draw from the run's seed, so one number repeats a whole run.

import { configureGlobal } from 'fast-check';
import { testSeed } from './test-seed.ts';

configureGlobal({ seed: testSeed });
