import { z } from 'zod';

/** Flags of every command that ends with a report. */
export const REPORT_FLAGS = {
  save: {
    help: 'Write the report to loadtest/report/; --no-save leaves the last one there.',
    schema: z.boolean().default(true),
  },
  json: {
    help: 'Print the report as JSON on stdout; progress goes to stderr.',
    schema: z.boolean().default(false),
  },
} as const;

export interface ReportOptions {
  readonly save: boolean;
  readonly json: boolean;
}
