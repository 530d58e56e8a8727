// What all schemas of ours have in common.

/** Empty objects are kept, there is no version key, and nothing is buffered or made by itself. */
export const SCHEMA_OPTIONS = {
  minimize: false,
  versionKey: false,
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
  strict: 'throw',
} as const;

export const text = { type: String, required: true } as const;
export const number = { type: Number, required: true } as const;
