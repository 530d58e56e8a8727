import { EncodeRoom } from './encode-contenders.ts';
import { scenarioOf } from './scenarios.ts';

const name = process.argv[2] as never;
const room = new EncodeRoom('meridian', scenarioOf(name, 1000), 1000);
const cpu = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
let enc = 0,
  n = 0,
  look = 0;
for (let i = 0; i < 500; i++) {
  room.step();
  const a = cpu();
  room.look();
  const b = cpu();
  room.flush();
  const c = cpu();
  if (i > 200) {
    enc += c - b;
    look += b - a;
    n++;
  }
}
console.log(name, 'encode', (enc / n).toFixed(2), 'look', (look / n).toFixed(2));
