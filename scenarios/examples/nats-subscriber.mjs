#!/usr/bin/env node
/**
 * Your own program on Fenshi's subjects: plain NATS and any MessagePack decoder, nothing of Fenshi's source.
 *
 *   node scenarios/examples/nats-subscriber.mjs [--run demo-1] [--servers 127.0.0.1:4333] [--password …] [--from-start] [--journal]
 *
 * Without more it follows the transitions of opportunities as they come. `--from-start` reads LIFECYCLE from its first message,
 * `--journal` the same changes out of JOURNAL itself. Each line: step, id, actorSeq, from → to, hash of the journal step.
 * Rights    the user `subscriber` may read everything that is published and write nothing
 * Password  `.fenshi/<run>/secrets.json` of a local run, or --password
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decode } from '@msgpack/msgpack';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from 'nats';

const { values } = parseArgs({
  options: {
    run: { type: 'string', default: 'demo-1' },
    servers: { type: 'string', default: '127.0.0.1:4333' },
    password: { type: 'string' },
    'from-start': { type: 'boolean', default: false },
    journal: { type: 'boolean', default: false },
  },
});
const { run, servers } = values;
const pass = values.password ?? JSON.parse(readFileSync(`.fenshi/${run}/secrets.json`, 'utf8')).subscriber;
const nc = await connect({
  servers,
  user: 'subscriber',
  pass,
  name: 'my-subscriber',
  inboxPrefix: '_INBOX.subscriber',
  maxReconnectAttempts: -1,
});

if (values.journal)
  await fromStart(`JOURNAL-${run}`, `journal.v1.${run}.>`, ({ step, hash, entries }) =>
    entries.forEach((entry) => print(step, hash, entry)),
  );
else if (values['from-start'])
  await fromStart(`LIFECYCLE-${run}`, `lifecycle.v1.${run}.opportunity.>`, ({ step, hash, entry }) => print(step, hash, entry));
else {
  for await (const message of nc.subscribe(`lifecycle.v1.${run}.opportunity.>`)) {
    const { step, hash, entry } = decode(message.data);
    print(step, hash, entry);
  }
}

/** An ordered consumer: no acknowledgements, and it finds its place again after a break. */
async function fromStart(stream, filter, use) {
  const consumer = await jetstream(nc).consumers.get(stream, { deliver_policy: DeliverPolicy.All, filter_subjects: filter });
  for await (const message of await consumer.consume()) use(decode(message.data));
}

function print(step, hash, entry) {
  if (entry.kind !== 'transition' || entry.machine !== 'opportunity') return;
  const id = entry.actorId.slice('opportunity.'.length);
  console.log(`${step} ${id} ${entry.actorSeq} ${entry.from ?? '·'} → ${entry.to} ${hash}`);
}
