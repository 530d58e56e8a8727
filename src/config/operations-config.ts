import { z } from 'zod';
import { INCIDENT_ACTIONS } from '../protocol/incidents.ts';
import { commaList, durationMs, headerList, port } from './config-values.ts';
import { OperatorEntries } from './operator-entry.ts';
import { SERVICES } from './services.ts';

// Settings for those who run it: the process, the console, incidents, traces.

const incidentAction = z.enum(INCIDENT_ACTIONS, {
  error: `wants some of ${INCIDENT_ACTIONS.join(', ')}`,
});

const SERVICE_NAMES = ['all', ...SERVICES] as const;

const serviceName = z.enum(SERVICE_NAMES, { error: `wants some of ${SERVICE_NAMES.join(', ')}` });

/** Metrics and the monitor: never public. */
export const AdminConfig = z.strictObject({
  /** Port of `/metrics`; 0 takes a free one. */
  metricsPort: port.default(9_464),
  /** Port of `/monitor`; 0 takes a free one. */
  adminPort: port.default(2_568),
  /** Address of both ports. Anything but loopback wants a network policy around it. */
  bindAddress: z.string().default('127.0.0.1'),
  /**
   * Password of the admin who is called `operator`, at least 12 characters. Empty: there is none; without `operators`, too, neither the console
   * nor the monitor is mounted.
   */
  password: z.union([z.literal(''), z.string().min(12)]).default(''),
  /**
   * Operators with passwords of their own, as JSON: `[{ "name", "role", "passwordHash" }]`; `npm run operator` makes an entry. A `viewer` looks,
   * an `operator` drains, kicks, moves, closes and bans, an `admin` does everything, the monitor included.
   */
  operators: OperatorEntries.default([]),
  /** Life of an operator's sign-in, ms; it ends with the process, too. */
  sessionTtlMs: durationMs.default(12 * 3_600_000),
});
export type AdminConfig = z.infer<typeof AdminConfig>;

/** The bot that acts on alerts. It runs where `incidents` is among `process.services`. */
export const IncidentsConfig = z.strictObject({
  /**
   * What Alertmanager sends as `Authorization: Bearer …`, at least 16 characters; the same in all of a region's bots. Needed where
   * one runs.
   */
  token: z
    .union([
      z.literal(''),
      // RFC 6750, §2.1
      z
        .string()
        .min(16)
        .regex(/^[\w.~+/=-]+$/, 'wants letters, digits and -._~+/='),
    ])
    .default(''),
  /** Port where Alertmanager posts, at `/alerts`, on `admin.bindAddress`; 0 takes a free one. Never public. */
  port: port.default(2_571),
  /** What the bot may do, when an alert asks for it. */
  actions: commaList(incidentAction).default([...INCIDENT_ACTIONS]),
  /** What of it needs no operator's approval. `evacuate-region` always does. */
  unattendedActions: commaList(
    incidentAction.exclude(['evacuate-region'], { error: 'wants no evacuate-region' }),
  ).default(['drain-node', 'quarantine-node', 'raise-replicas']),
  /** Share of the region's nodes that may be out of play at once, 0–1, rounded down. Higher: more is repaired, more may be broken. */
  blastRadiusRatio: z.coerce.number().min(0).max(1).default(0.34),
  /** Time between two of the same actions on the same target. Lower: an alert that flaps makes players move more often. */
  cooldownMs: durationMs.default(600_000),
  /** How long an operator may take to approve; then the alert must be told again. */
  approvalTtlMs: durationMs.default(900_000),
  /** `dry-run`: everything is decided and written down, nothing is done. */
  mode: z.enum(['act', 'dry-run']).default('act'),
  /** Name of the HorizontalPodAutoscaler of the game nodes, in the bot's own namespace of Kubernetes. Empty: nothing adds nodes here. */
  autoscaler: z
    .string()
    .regex(/^[a-z0-9.-]*$/, 'wants a name as Kubernetes takes it')
    .default(''),
});
export type IncidentsConfig = z.infer<typeof IncidentsConfig>;

/** Traces, for whoever asks where the time of a join went. Off until a collector or the console is to have them. */
export const TracingConfig = z.strictObject({
  /** Where an OTLP collector takes spans over HTTP as JSON, such as `http://collector:4318`; `/v1/traces` is added. Empty: nowhere. */
  otlpEndpoint: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  /** Headers for it: `name=value,name=value`, each value as in a URL. */
  otlpHeaders: z.preprocess(headerList, z.record(z.string(), z.string())).default({}),
  /** How this system is called among others. */
  serviceName: z.string().min(1).default('meridian'),
  /** Share of traces that is recorded, chosen where they begin; the same on every node. Lower: less to send and to keep. */
  sampleRatio: z.coerce.number().min(0).max(1).default(1),
  /** How often spans are sent. */
  flushEveryMs: durationMs.default(5_000),
  /** Newest spans of this process that the console shows, less than 4 KiB each. 0: it shows none. */
  keptSpans: z.coerce.number().int().min(0).max(50_000).default(0),
});
export type TracingConfig = z.infer<typeof TracingConfig>;

/** The process itself. */
export const ProcessConfig = z.strictObject({
  /**
   * What this process runs: some of `auth`, `profile`, `matchmaking`, `game`, `analytics`, `incidents`, or `all`: every one but the last
   * that has no target in `rpc`. What it is told by name it serves to others, too. The same as `--services`.
   */
  services: commaList(serviceName)
    .pipe(z.array(serviceName).min(1, `wants some of ${SERVICE_NAMES.join(', ')}`))
    .default(['all']),
  /** `production` asks for `auth.jwtSecret`. */
  environment: z.enum(['development', 'test', 'production']).default('development'),
  /** Lines below this level are not written. No level writes secrets. */
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Newest lines of the log that operators can ask for (`meridian logs`), in bytes of this process. 0: none. */
  keptLogBytes: z.coerce
    .number()
    .int()
    .min(0)
    .max(64 * 1024 * 1024)
    .default(1024 * 1024),
  /** Time from SIGTERM to the end of the process, whatever still runs. Keep it below the platform's kill timeout. */
  shutdownDeadlineMs: durationMs.default(20_000),
});
export type ProcessConfig = z.infer<typeof ProcessConfig>;
