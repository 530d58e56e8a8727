// The game of the survival tests on a node that can be made sick: SIGUSR2 burns its event loop two thirds of the time, and again SIGUSR2
// makes it well. Its rooms and their players are well: it is the node that is slow.

export { game } from './survival-game.ts';

const BURN_MS = 400;
const EVERY_MS = 600;

let timer: NodeJS.Timeout | undefined;

process.on('SIGUSR2', () => {
  if (timer === undefined) {
    timer = setInterval(burn, EVERY_MS);
    return;
  }
  clearInterval(timer);
  timer = undefined;
});

function burn(): void {
  const untilMs = performance.now() + BURN_MS;
  while (performance.now() < untilMs);
}
