// Docker's health check: is the process alive? Ready it may not be, e.g. while it drains; that is for balancers to ask.

const port = process.env['PORT'] ?? process.env['MERIDIAN_HTTP_PORT'] ?? '2567';
const { ok } = await fetch(`http://127.0.0.1:${port}/live`);
process.exit(ok ? 0 : 1);
