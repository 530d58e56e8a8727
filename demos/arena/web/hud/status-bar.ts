import type { Fighter } from '../../shared/arena-state.ts';
import { EFFECT, FULL_HEALTH, type Tempo } from '../../shared/rules.ts';
import { byId, element, setText } from './dom.ts';

const EFFECT_NAMES = [
  [EFFECT.shield, 'shield', 'Shield'],
  [EFFECT.haste, 'haste', 'Haste'],
  [EFFECT.triple, 'triple', 'Triple'],
] as const;

/** Own health, dash and pickups. */
export class StatusBar {
  readonly #health = byId('health');
  readonly #healthFill = byId('health-fill');
  readonly #healthText = byId('health-text');
  readonly #dash = byId('dash');
  readonly #dashFill = byId('dash-fill');
  readonly #effects = byId('effects');
  #shownEffects = -1;

  update(me: Fighter, dashClock: number, { dashCycleSteps }: Tempo): void {
    const part = me.health / FULL_HEALTH;
    this.#healthFill.style.scale = `${part} 1`;
    this.#health.dataset['low'] = String(part < 0.35);
    this.#health.setAttribute('aria-valuenow', String(me.health));
    setText(this.#healthText, String(me.health));
    const ready = 1 - dashClock / dashCycleSteps;
    this.#dashFill.style.scale = `${ready} 1`;
    this.#dash.dataset['ready'] = String(ready === 1);
    this.#dash.setAttribute('aria-valuenow', String(Math.round(ready * 100)));
    if (me.effects === this.#shownEffects) return;
    this.#shownEffects = me.effects;
    this.#effects.replaceChildren(
      ...EFFECT_NAMES.filter(([bit]) => (me.effects & bit) !== 0).map(([, className, name]) =>
        element('span', className, name),
      ),
    );
  }
}
