import { signIn } from './api.ts';
import { byId, write } from './dom.ts';
import { applyTheme } from './theme.ts';

applyTheme();
const form = byId('sign-in') as HTMLFormElement;
const button = form.querySelector('button') as HTMLButtonElement;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void enter();
});

async function enter(): Promise<void> {
  const fields = new FormData(form);
  button.disabled = true;
  write(byId('problem'), '');
  try {
    await signIn({ name: String(fields.get('name')), password: String(fields.get('password')) });
    // The same address with what was asked for in its hash; now it answers with the console.
    location.reload();
  } catch (error) {
    write(byId('problem'), (error as Error).message);
    button.disabled = false;
    (form.elements.namedItem('password') as HTMLInputElement).select();
  }
}
