/** 数据与运维: is the data fresh, which source is ill, how fast is it, and what does the run rest on. */
import { useQuery } from '@tanstack/react-query';
import type { Asking } from '../../../../contracts/quality.ts';
import { msOfTsec } from '../../../../contracts/session.ts';
import { useNow } from '../frame/banner.tsx';
import { StatusBar } from '../frame/status-bar.tsx';
import { Empty } from '../pieces/bits.tsx';
import { missing, share } from '../pieces/numbers.ts';
import { clockText, lookAt, useShown } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { countOf, quantileOf, samplesOf } from '../state/prometheus.ts';
import { useDays } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Report } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import '../css/data.css';
import { AvailabilityPanel, StoragePanel } from './data-run.tsx';

export default function Data() {
  const words = useWords();
  const report = useMarket((market) => market.report);
  if (report === null) return <Empty title={words.empty.loading} />;
  return (
    <div className="s-data page-col">
      <Figures report={report} />
      <div className="page">
        <Sources report={report} />
        <div className="o3">
          <Stages report={report} />
          <Roles report={report} />
          <StoredDays />
        </div>
        <div className="o3">
          <AvailabilityPanel report={report} />
          <StoragePanel report={report} />
        </div>
        <div className="o3 z">
          <Rests report={report} />
        </div>
      </div>
      <StatusBar keys={[[['g', 'd'], words.nav.data]]} note={<a href="/metrics">/metrics</a>} />
    </div>
  );
}

function Figures({ report }: { readonly report: Report }) {
  const words = useWords();
  const { tape, paintP95 } = useMarket();
  const { day } = useShown();
  const now = useNow();
  const figures: readonly (readonly [string, string, string])[] = [
    [words.dataPage.ready, report.ready ? '✓' : (report.code ?? ''), report.run],
    [words.dataPage.active, report.source === null ? missing : word(words.sourceName, report.source), ''],
    [
      words.dataPage.tape,
      tape === null ? missing : clockText(tape.tsMs),
      tape === null ? '' : `${words.dataPage.seen} ${((now - tape.receivedMs) / 1000).toFixed(0)}s`,
    ],
    [words.dataPage.step, day.offset.toLocaleString('en'), ''],
    [words.paint, paintP95 === null ? missing : `${paintP95.toFixed(0)} ms`, ''],
    [words.opportunities, String(day.items.size), ''],
  ];
  return (
    <div className="kp">
      {figures.map(([label, value, more]) => (
        <div key={label}>
          <span className="lab">{label}</span>
          <b>{value}</b>
          <small>{more}</small>
        </div>
      ))}
    </div>
  );
}

const dots: Readonly<Record<string, string>> = { live: 'ok', lagging: 'w', open: 'w', probing: 'w' };

function Sources({ report }: { readonly report: Report }) {
  const words = useWords();
  const { day } = useShown();
  const { dataPage } = words;
  return (
    <table className="so">
      <thead>
        <tr>
          <th style={{ width: 160 }}>{dataPage.source}</th>
          <th>{dataPage.state}</th>
          <th>{dataPage.since}</th>
          <th className="r">{dataPage.age} p50</th>
          <th className="r">p99</th>
          <th className="r">{dataPage.request} p99</th>
          <th className="r">{dataPage.publish} p99</th>
          <th>{dataPage.rate}</th>
          <th>{dataPage.ban}</th>
          <th className="r">{dataPage.missing}</th>
          <th className="r">{dataPage.rejected}</th>
          <th className="r">{dataPage.disagreement}</th>
        </tr>
      </thead>
      <tbody>
        {[...day.states.sources.values()].map(({ actor, state, sinceMs }) => {
          const name = actor.slice('source.'.length);
          const { values = {}, asking = null } = report.quality?.find(({ source }) => source === name) ?? {};
          return [
            <tr key={actor}>
              <td>
                <b className="b">{word(words.sourceName, name)}</b>{' '}
                {name === report.source && <span className="t3">{dataPage.active}</span>}
              </td>
              <td>
                <span className={`dot ${dots[state] ?? 'hollow'}`} />{' '}
                <span className={state === 'lagging' || state === 'open' ? 'warn' : ''}>{word(words.source, state)}</span>
              </td>
              <td className="t2">{clockText(sinceMs)}</td>
              <td className="r">{sec(values.ageP50Sec)}</td>
              <td className="r">{sec(values.ageP99Sec)}</td>
              <td className="r">{sec(values.requestP99Sec)}</td>
              <td className="r">{sec(values.publishP99Sec)}</td>
              <td className="t2">{rateOf(dataPage.allowed, values.requestsPerSec, asking)}</td>
              <td>
                <Budget used={values.banBudgetRatio} />
              </td>
              <td className="r">{share(values.missingRatio, 2)}</td>
              <td className="r">{share(values.rejectedRatio, 2)}</td>
              <td className="r">{share(values.disagreementRatio, 2)}</td>
            </tr>,
            asking !== null && <Trouble key={`${actor} trouble`} asking={asking} nowMs={report.tapeMs ?? 0} />,
          ];
        })}
      </tbody>
    </table>
  );
}

/** Requests a second over the last minute and how many its quotes may take now; missing where the feed has not said. */
function rateOf(text: (own: string, most: string) => string, perSec: number | undefined, asking: Asking | null): string {
  if (perSec === undefined || asking === null) return missing;
  const most = asking.hosts.find(({ host }) => host === 'quotes' || host === '*');
  return text(perSec.toFixed(1), most === undefined ? missing : most.perSec.toFixed(1));
}

/** Why a source is asked less than it may be, and what it last failed with; nothing where neither is so. */
function Trouble({ asking: { hosts, open, waiting, lastFailure }, nowMs }: { readonly asking: Asking; readonly nowMs: number }) {
  const { dataPage } = useWords();
  const named = (host: string): string => (host === '*' ? dataPage.allHosts : host);
  const lines = [
    ...(open.length > 0 ? [dataPage.circuitOpen(open.join(' '))] : []),
    ...hosts.flatMap(({ host, closedUntilMs }) =>
      closedUntilMs === null || closedUntilMs <= nowMs ? [] : [dataPage.closedUntil(named(host), clockText(closedUntilMs))],
    ),
    ...waiting.filter(({ untilMs }) => untilMs > nowMs).map(({ endpoint, untilMs }) => dataPage.closedUntil(endpoint, clockText(untilMs))),
    ...hosts.filter(({ share: own }) => own < slowedBelow).map(({ host, share: own }) => `${named(host)} ${dataPage.slowed(share(own))}`),
    ...(lastFailure === null
      ? []
      : [`${dataPage.lastFailure(clockText(lastFailure.tsMs), lastFailure.endpoint)} · ${lastFailure.code}: ${lastFailure.message}`]),
  ];
  if (lines.length === 0) return null;
  return (
    <tr>
      <td colSpan={12} className={`s12 ${open.length + waiting.length > 0 ? 'warn' : 't3'}`}>
        {lines.join(' · ')}
      </td>
    </tr>
  );
}

/** A rate that has recovered but for rounding is not called slow. */
const slowedBelow = 0.99;
const sec = (seconds: number | undefined): string => (seconds === undefined ? missing : `${seconds.toFixed(2)}s`);

/** A tick at four fifths; past it the amber of caution. */
export function Budget({ used, width = 62 }: { readonly used: number | undefined; readonly width?: number }) {
  if (used === undefined) return <span className="t3">{missing}</span>;
  return (
    <span className="row g8">
      <svg width={width} height="8" aria-hidden="true">
        <rect y="2" width={width} height="4" fill="var(--s3)" />
        <rect y="2" width={width * Math.min(used, 1)} height="4" fill={used > 0.8 ? 'var(--warn)' : 'var(--life)'} />
        <path d={`M${width * 0.8} 0v8`} stroke="var(--t3)" strokeDasharray="2 1" />
      </svg>
      <span className={used > 0.8 ? 'warn' : ''}>{share(used)}</span>
    </span>
  );
}

const stageOrder = ['feed', 'tape', 'step', 'commit'];

/** From the row received to the client: what each role measured over the last minute, and this gateway since it began. */
function Stages({ report }: { readonly report: Report }) {
  const words = useWords();
  const { data: text } = useQuery({ queryKey: ['metrics'], queryFn: async () => (await fetch('/metrics')).text(), refetchInterval: 5000 });
  const samples = samplesOf(text ?? '');
  const ms = (milli: number | null): string => (milli === null ? missing : milli.toFixed(1));
  const own = (name: string, metric: string, labels: Readonly<Record<string, string>>) => {
    const at = (part: number): number | null => {
      const seconds = quantileOf(samples, metric, labels, part);
      return seconds === null ? null : 1000 * seconds;
    };
    return { stage: name, p50Ms: at(0.5), p99Ms: at(0.99), count: countOf(samples, `${metric}_count`) };
  };
  const rows = [
    ...stageOrder.flatMap((stage) => report.roles.flatMap(({ stages = [] }) => stages.filter((each) => each.stage === stage))),
    own('deliver', 'fenshi_pipeline_latency_seconds', { stage: 'deliver' }),
    own('REST', 'fenshi_http_request_seconds', {}),
  ];
  return (
    <section aria-label={words.dataPage.stages}>
      <div className="h2">
        <span>{words.dataPage.stages}</span>
        <span className="t3 s12">ms</span>
      </div>
      <table className="lt">
        <thead>
          <tr>
            <th>{words.dataPage.stage}</th>
            <th className="r">{words.dataPage.p50}</th>
            <th className="r">{words.dataPage.p99}</th>
            <th className="r">{words.dataPage.count}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ stage, p50Ms, p99Ms, count }) => (
            <tr key={stage}>
              <td>{word(words.dataPage.stageName, stage)}</td>
              <td className="r">{ms(p50Ms)}</td>
              <td className="r">{ms(p99Ms)}</td>
              <td className="r">{count.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="note t3 s12">WS {countOf(samples, 'fenshi_ws_connections')}</p>
    </section>
  );
}

function Roles({ report }: { readonly report: Report }) {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  return (
    <section aria-label={words.dataPage.roles}>
      <div className="h2">
        <span>{words.dataPage.roles}</span>
      </div>
      <table className="dt">
        <tbody>
          {report.roles.map(({ role, ready, why, ageMs }) => (
            <tr key={role}>
              <td>{role}</td>
              <td>
                <span className={`dot ${ready ? 'ok' : 'w'}`} /> {ready ? words.dataPage.ready : (why?.[language] ?? words.notReady)}
              </td>
              <td className="r t3">{(ageMs / 1000).toFixed(1)}s</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function StoredDays() {
  const words = useWords();
  const { data: days = [] } = useDays();
  return (
    <section aria-label={words.dataPage.days}>
      <div className="h2">
        <span>{words.dataPage.days}</span>
      </div>
      <table className="dt">
        <tbody>
          {days.map(({ date, steps }) => (
            <tr key={date}>
              <td>{date}</td>
              <td className="r t3">{words.dataPage.steps(steps)}</td>
              <td className="r">
                <button type="button" className="ctl" onClick={() => lookAt(date, msOfTsec(date, 1800), false)}>
                  {words.replay}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Rests({ report }: { readonly report: Report }) {
  const words = useWords();
  return (
    <section className="wide" aria-label={words.dataPage.assumed}>
      <div className="h2">
        <span>{words.dataPage.assumed}</span>
      </div>
      {report.openedWith !== null && (
        <p className="s12 t2">
          {words.dataPage.opened}：
          {Object.entries(report.openedWith)
            .map(([what, source]) => `${what} ← ${source}`)
            .join(' · ')}
        </p>
      )}
      <ul className="s12 t3">
        {report.assumed.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
