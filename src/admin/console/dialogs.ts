import { html, write } from './dom.ts';

/** What an operator is asked before something is done. */
export interface Confirmation {
  readonly title: string;
  /** What happens then. */
  readonly text: string;
  /** On the button. */
  readonly verb: string;
  /** Asked for: players read it, or the audit log keeps it. Absent: none is needed. */
  readonly reason?: { readonly label: string; readonly longest: number };
  /** Asked for where one press too many would be felt by many: it must be typed as it is here. */
  readonly typed?: string;
}

/** Asks in a dialog; Escape and the other button mean no. @returns the reason (empty when none is asked for), or null: no */
export function confirm(question: Confirmation): Promise<string | null> {
  const { reason, typed } = question;
  const input = html('input', { name: 'reason', maxlength: reason?.longest ?? 1 });
  input.required = reason !== undefined;
  const yes = html('button', { type: 'submit', class: 'action is-danger' }, question.verb);
  const word = html('input', { name: 'typed', autocomplete: 'off', spellcheck: 'false' });
  yes.disabled = typed !== undefined;
  word.addEventListener('input', () => {
    yes.disabled = word.value.trim() !== typed;
  });
  const no = html('button', { type: 'button', class: 'action' }, 'Cancel');
  const form = html(
    'form',
    { method: 'dialog', class: 'form' },
    html('h2', { id: 'dialog-title' }, question.title),
    html('p', {}, question.text),
    ...(reason === undefined ? [] : [html('label', {}, reason.label, ' ', input)]),
    ...(typed === undefined ? [] : [html('label', {}, `Type “${typed}” to go on`, ' ', word)]),
    html('div', { class: 'form-buttons' }, no, yes),
  );
  const dialog = html('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' }, form);
  return new Promise((resolve) => {
    no.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', () => dialog.close('yes'));
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes' ? input.value.trim() : null);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Shows what the keys do. */
export function showShortcuts(shortcuts: readonly (readonly [keys: string, does: string])[]): void {
  if (document.querySelector('dialog[open]') !== null) return;
  const close = html('button', { type: 'submit', class: 'action' }, 'Close');
  const rows = shortcuts.map(([keys, does]) =>
    html(
      'div',
      {},
      html('dt', {}, ...keys.split(' ').map((key) => html('kbd', {}, key))),
      html('dd', {}, does),
    ),
  );
  const dialog = html(
    'dialog',
    { class: 'dialog', 'aria-labelledby': 'shortcuts-title' },
    html(
      'form',
      { method: 'dialog', class: 'form' },
      html('h2', { id: 'shortcuts-title' }, 'Keyboard shortcuts'),
      html('dl', { class: 'keys' }, ...rows),
      html('div', { class: 'form-buttons' }, close),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const TOAST_MS = 7_000;

/** Tells what became of something, for some seconds. */
export function toast(root: HTMLElement, tone: 'good' | 'bad', text: string): void {
  const line = html('p', { class: `toast is-${tone}` });
  write(line, text);
  root.append(line);
  setTimeout(() => line.remove(), TOAST_MS);
}
