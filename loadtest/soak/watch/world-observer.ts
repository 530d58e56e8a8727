import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reaper } from '../../machine/reaper.ts';
import type { World } from '../../world/world.ts';
import { type Observability, readObservability } from './observability.ts';
import { type ActiveAlert, PrometheusServer } from './prometheus-server.ts';

const LOOK_EVERY_MS = 5_000;

/** An alert that fired in the run. */
export interface FiredAlert extends ActiveAlert {
  /** The page that tells what to do; null: there is none. */
  readonly runbook: string | null;
}

/** What Prometheus has seen of a world. */
export interface Observed {
  readonly fired: readonly FiredAlert[];
  /** Alerts that could fire, and those of them whose runbook is not there. */
  readonly alerts: number;
  readonly alertsWithoutRunbook: readonly string[];
  readonly panels: number;
  /** Panels whose query gives nothing, or is refused, by name. */
  readonly emptyPanels: readonly string[];
}

/** A real Prometheus that scrapes all nodes of a world, with the project's own rules. */
export class WorldObserver implements AsyncDisposable {
  readonly #world: World;
  readonly #prometheus: PrometheusServer;
  readonly #observability: Observability;
  readonly #fired = new Map<string, ActiveAlert>();
  readonly #timer: NodeJS.Timeout;

  /** @returns null where there is no Prometheus */
  static async begin(of: {
    readonly world: World;
    readonly projectRoot: string;
    readonly folder: string;
    readonly reaper: Reaper;
  }): Promise<WorldObserver | null> {
    if (!PrometheusServer.isHere) return null;
    const observability = readObservability(of.projectRoot);
    const folder = join(of.folder, 'prometheus');
    await mkdir(folder);
    const { ruleFiles } = observability;
    const prometheus = await PrometheusServer.start({ folder, ruleFiles, reaper: of.reaper });
    const observer = new WorldObserver(of.world, prometheus, observability);
    await observer.targetsChanged();
    return observer;
  }

  private constructor(world: World, prometheus: PrometheusServer, observability: Observability) {
    this.#world = world;
    this.#prometheus = prometheus;
    this.#observability = observability;
    this.#timer = setInterval(() => void this.#lookForAlerts(), LOOK_EVERY_MS);
  }

  /** Nodes have ended or begun. */
  async targetsChanged(): Promise<void> {
    const { regions, profileService } = this.#world;
    const nodes = [...regions].flatMap(([regionId, { cluster }]) =>
      cluster.running.map(({ name, metrics }) => ({
        ...{ address: metrics.host, regionId, node: name },
      })),
    );
    const services =
      profileService === null
        ? []
        : [
            {
              ...{ address: profileService.metrics.host, node: 'profiles' },
              regionId: profileService.regionId,
            },
          ];
    await this.#prometheus.scrape([...nodes, ...services]);
  }

  /** Asks every panel's query, while the world still plays. */
  async look(): Promise<Observed> {
    await this.#lookForAlerts();
    const { panels, alerts } = this.#observability;
    const runbookOf = new Map(alerts.map(({ name, runbook }) => [name, runbook]));
    const emptyPanels: string[] = [];
    for (const { name, promql } of panels) {
      // One at a time: nobody waits for it, and players share the cores.
      if (!(await this.#hasData(promql))) emptyPanels.push(name);
    }
    return {
      fired: [...this.#fired.values()].map((alert) => ({
        ...alert,
        runbook: runbookOf.get(alert.name) ?? null,
      })),
      alerts: alerts.length,
      alertsWithoutRunbook: alerts
        .filter(({ runbook }) => runbook === null)
        .map(({ name }) => name),
      panels: panels.length,
      emptyPanels,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#prometheus[Symbol.asyncDispose]();
  }

  async #hasData(promql: string): Promise<boolean> {
    try {
      return (await this.#prometheus.countSeries(promql)) > 0;
    } catch {
      // A query that is refused shows as little as one that gives nothing.
      return false;
    }
  }

  async #lookForAlerts(): Promise<void> {
    try {
      for (const alert of await this.#prometheus.firing()) {
        const key = JSON.stringify(alert.labels);
        if (!this.#fired.has(key)) this.#fired.set(key, alert);
      }
    } catch {
      // It is busy, or ends: the next look is soon.
    }
  }
}
