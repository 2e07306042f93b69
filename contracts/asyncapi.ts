/** Every NATS subject and the WebSocket stream as AsyncAPI 3.0, made from the same schemas that check the bodies. */
import { z } from 'zod';
import { FlowBatch } from './flow.ts';
import { ClientFrame, closeCodes, ServerFrame, subprotocols } from './frames.ts';
import { JournalStep, LifecycleMessage } from './journal.ts';
import { QualityReport } from './quality.ts';
import { ServiceError, services } from './services.ts';
import { subjects } from './subjects.ts';
import { ClockEntry, Control, DayClose, DayOpen, SourceFact, TapeBody } from './tape.ts';
import { DeadLetter, FeatureView, GainsView, OpportunitiesView, SymbolsView } from './view.ts';

type Channel = { readonly address: string; readonly description: string; readonly messages: Readonly<Record<string, z.ZodType>> };
const run = '{run}';
const on = subjects(run);

const channels: Readonly<Record<string, Channel>> = {
  tapeDay: { address: `tape.v1.${run}.day`, description: 'The day opens, naming its bundle, and closes', messages: { DayOpen, DayClose } },
  tapeClock: { address: `tape.v1.${run}.clock`, description: 'A second passed', messages: { ClockEntry } },
  tapeControl: { address: `tape.v1.${run}.control`, description: 'What an operator or a supervisor asked', messages: { Control } },
  tapeSource: { address: `tape.v1.${run}.source`, description: 'A fact the feed decided about a source', messages: { SourceFact } },
  tapeQuote: { address: `tape.v1.${run}.quote`, description: 'Level-1 quotes, columnar', messages: { TapeBody } },
  tapeIndex: { address: `tape.v1.${run}.index`, description: 'Index quotes, columnar', messages: { TapeBody } },
  tapeFlow: { address: `tape.v1.${run}.flow`, description: 'Money flow as one source tells it, columnar', messages: { FlowBatch } },
  quality: { address: on.quality('{source}'), description: 'What a source was worth over the last seconds', messages: { QualityReport } },
  ...Object.fromEntries(
    Object.entries(services).map(([name, { request, answer }]) => [
      `service_${name}`,
      {
        address: on.service(name),
        description: 'Request and reply, core NATS; a refusal is `{ok: false, code, message}`',
        messages: { [`${name}Request`]: request, [`${name}Answer`]: answer, ServiceError },
      },
    ]),
  ),
  journal: {
    address: on.journal('{tradeDate}'),
    description: 'All that one tape entry concluded, hash-chained',
    messages: { JournalStep },
  },
  lifecycle: {
    address: `lifecycle.v1.${run}.{actorId}`,
    description: 'One journal entry of one actor: market, symbol, opportunity, source. An actor id may hold dots',
    messages: { LifecycleMessage },
  },
  signal: {
    address: `signal.v1.${run}.{strategy}.{entity}`,
    description: 'What a strategy said of a symbol (`SH.600519`) or a sector',
    messages: { LifecycleMessage },
  },
  view: { address: on.view('symbols'), description: 'Last prices for displays, core NATS, once a second', messages: { SymbolsView } },
  viewOpportunities: {
    address: on.view('opportunities'),
    description: 'What moves of the live opportunities between two transitions, core NATS, once a second',
    messages: { OpportunitiesView },
  },
  feature: {
    address: on.feature('{instrument}'),
    description: 'The snapshot of a watched symbol, or of one with a live opportunity (`SH.600519`), core NATS, once a second',
    messages: { FeatureView },
  },
  viewGains: {
    address: on.view('gains'),
    description: 'The hundred best gains over one, five and ten trading minutes, core NATS, once a second',
    messages: { GainsView },
  },
  dead: { address: on.dead('{stage}', '{reason}'), description: 'A quarantined row', messages: { DeadLetter } },
};

export function asyncApi(version: string): Record<string, unknown> {
  const schemas: Record<string, unknown> = {};
  const describe = ({ address, description, messages }: Channel) => {
    const names = Object.keys(messages);
    for (const [name, schema] of Object.entries(messages)) schemas[name] = z.toJSONSchema(schema, { unrepresentable: 'any' });
    const parameters = [...address.matchAll(/\{(\w+)\}/g)].map(
      ([, name]) => [name!, { description: parameterOf[name!] ?? name! }] as const,
    );
    return {
      address,
      description,
      servers: [{ $ref: '#/servers/nats' }],
      messages: Object.fromEntries(
        names.map((name) => [name, { name, contentType: 'application/msgpack', payload: { $ref: `#/components/schemas/${name}` } }]),
      ),
      ...(parameters.length === 0 ? {} : { parameters: Object.fromEntries(parameters) }),
    };
  };
  const described = Object.fromEntries(Object.entries(channels).map(([name, channel]) => [name, describe(channel)]));
  return {
    asyncapi: '3.0.0',
    info: { title: 'Fenshi', version, description: 'Bodies are standard MessagePack without extensions; readable by any decoder.' },
    servers: {
      nats: { host: '127.0.0.1:4333', protocol: 'nats', description: 'JetStream; the user `subscriber` may read everything' },
      gateway: { host: '127.0.0.1:8787', pathname: '/v1', protocol: 'ws' },
    },
    channels: { ...described, stream: streamChannel() },
    operations: Object.fromEntries([
      ...Object.keys(described).map((name) => [`read_${name}`, { action: 'receive', channel: { $ref: `#/channels/${name}` } }]),
      ['subscribe_stream', { action: 'send', channel: { $ref: '#/channels/stream' } }],
      ['read_stream', { action: 'receive', channel: { $ref: '#/channels/stream' } }],
    ]),
    components: { schemas: { ...schemas, ClientFrame: z.toJSONSchema(ClientFrame), ServerFrame: z.toJSONSchema(ServerFrame) } },
  };
}

const parameterOf: Readonly<Record<string, string>> = {
  run: '`live`, `demo-<n>` or `replay-<id>`',
  tradeDate: '`yyyymmdd` in Shanghai',
  actorId: '`market`, `symbol.<ex>.<code>`, `opportunity.<id>`, `source.<name>`',
  reason: 'reason code of the quarantine',
};

const streamChannel = () => ({
  address: '/stream',
  description: `WebSocket; subprotocols ${subprotocols.join(' and ')}; close codes ${Object.entries(closeCodes)
    .map(([name, code]) => `${code} ${name}`)
    .join(', ')}`,
  servers: [{ $ref: '#/servers/gateway' }],
  messages: {
    ClientFrame: { name: 'ClientFrame', contentType: 'application/json', payload: { $ref: '#/components/schemas/ClientFrame' } },
    ServerFrame: { name: 'ServerFrame', contentType: 'application/json', payload: { $ref: '#/components/schemas/ServerFrame' } },
  },
});
