import { OfflineProviders } from './terraform/offline/offline-providers.ts';
import { terraform, terraformRoots } from './terraform/offline/terraform.ts';
await using p = await OfflineProviders.start('/tmp/w/tf');
for (const root of terraformRoots().filter((r) => r.includes(process.argv[2] ?? ''))) { const t = performance.now(); for (const args of [['init','-backend=false','-input=false','-no-color'],['test','-no-color']]) { const r = await terraform(root, args, p); if (r.exitCode !== 0 || args[0]==='test') { console.log(root, r.output.slice(0, 6000)); if (r.exitCode) break; } } console.log(root, Math.round(performance.now()-t), 'ms'); }
