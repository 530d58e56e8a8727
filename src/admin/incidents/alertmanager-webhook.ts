import { z } from 'zod';

// What Alertmanager posts (version 4 of its webhook; https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
// Bounded in everything, since it decides over nodes: more alerts than that in one group are a wrong grouping.

const MOST_ALERTS = 100;
const MOST_LABELS = 64;
const MOST_TEXT = 1_024;

const text = z.string().max(MOST_TEXT);
const labels = z
  .record(z.string().max(128), z.string())
  .refine((all) => Object.keys(all).length <= MOST_LABELS, { message: 'too many labels' })
  // People's texts may be longer than anything here is for.
  .transform((all) =>
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, value.slice(0, MOST_TEXT)]),
    ),
  );
const time = z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso));

/** Of one alert what matters here. */
export const AlertSchema = z
  .object({
    status: z.enum(['firing', 'resolved']),
    labels,
    annotations: labels.default({}),
    startsAt: time,
    fingerprint: z.string().regex(/^[\w-]{1,64}$/),
  })
  .transform(({ status, labels: of, annotations, startsAt, fingerprint }) => ({
    isFiring: status === 'firing',
    fingerprint,
    startedAtMs: startsAt,
    name: of['alertname'] ?? '',
    severity: of['severity'] ?? '',
    action: of['action'] ?? '',
    regionId: of['region'] ?? '',
    /** As the alert names it: an id, an address or a host. */
    node: of['node'] ?? '',
    summary: annotations['summary'] ?? annotations['description'] ?? '',
    runbookUrl: httpUrl(annotations['runbook_url'] ?? ''),
  }));

export type Alert = z.output<typeof AlertSchema>;

export const WebhookSchema = z
  .object({
    version: z.literal('4'),
    status: z.enum(['firing', 'resolved']),
    receiver: text,
    groupKey: z.string(),
    alerts: z.array(AlertSchema).min(1).max(MOST_ALERTS),
  })
  .transform(({ alerts }) => alerts);

/** Of the URLs that a page may link to. */
function httpUrl(url: string): string {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : '';
}
