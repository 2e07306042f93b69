/**
 * The process of one user's strategy: loads its module, then answers each batch of moments. It has no environment, reads its own folder and
 * nothing else, and starts no other process (flags of seat.ts). What it may answer is checked by who asked.
 */
import { pathToFileURL } from 'node:url';

const { exit } = process;
const send = process.send.bind(process);
const cpuUsage = process.cpuUsage.bind(process);
// who asked is gone: nobody else would end us
process.on('disconnect', () => exit());
// signals reach every process of the user; Node's permissions do not take them away
for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd', 'abort']) delete process[name];

let decide = null;
let params = null;
const memory = {};

process.on('message', (message) => void answer(message));

async function answer(message) {
  try {
    if (message.main !== undefined) {
      params = message.params;
      ({ decide } = (await import(pathToFileURL(message.main).href)).default ?? {});
      if (typeof decide !== 'function') throw new TypeError('the default export has no function decide');
      return send({ n: 0, readings: [] });
    }
    const before = cpuUsage();
    const readings = decide(message.moments, memory, params) ?? [];
    const { user, system } = cpuUsage(before);
    return send({ n: message.n, readings, cpuMs: (user + system) / 1000 });
  } catch (error) {
    return send({ n: message.n ?? 0, error: String(error?.stack ?? error).slice(0, 2000) });
  }
}
