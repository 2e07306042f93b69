/** Channels, rules, deliveries and who follows: what the notify role and the gateway hold. */
import { useQuery } from '@tanstack/react-query';
import { FenshiProblem } from '../../../client/api.ts';
import { tell } from '../frame/toast.tsx';
import { money } from '../pieces/numbers.ts';
import { span } from '../state/clock-math.ts';
import { clockText } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import { api } from '../state/session.ts';
import { useSettings } from '../state/settings.ts';
import type { Consumer, Notifications } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import { Budget } from './data.tsx';
import { Rules } from './notify-rules.tsx';

/** Channels and rules of the notify role; where none runs, how one is begun. */
export function Channels() {
  const words = useWords();
  const { data, isThere } = useNotifications();
  const { notifyPage } = words;
  if (data === undefined) return isThere ? null : <p className="note pn">{notifyPage.none}</p>;
  const test = async (channel: string): Promise<void> => {
    try {
      const { outcome, why, latencyMs } = await api().post<{ outcome: string; why: string | null; latencyMs: number }>(
        '/v1/notifications/test',
        { channel },
      );
      tell(`${channel} · ${word(notifyPage.outcomes, outcome)} ${latencyMs} ms${why === null ? '' : ` · ${why}`}`);
    } catch (reason) {
      const code = reason instanceof FenshiProblem ? reason.code : String(reason);
      tell(code === 'UNAUTHORIZED' || code === 'FORBIDDEN' ? words.detail.noCommand : words.detail.refused(code));
    }
  };
  return (
    <>
      <section className="pn" aria-label={notifyPage.channels}>
        <div className="h2">
          <span>{notifyPage.channels}</span>
        </div>
        <table className="ct">
          <tbody>
            {data.channels.map(({ name, kind, sent, budget, pausedUntilMs }) => (
              <tr key={name}>
                <td>
                  <b className="b">{name}</b> <span className="t3">{kind}</span>
                  {pausedUntilMs !== null && <span className="tag w1">{clockText(pausedUntilMs)}</span>}
                </td>
                <td>
                  <Budget used={sent / budget} width={96} />
                </td>
                <td className="r">
                  {sent}/{budget}
                </td>
                <td className="r">
                  <button type="button" className="ctl" onClick={() => void test(name)}>
                    {notifyPage.test}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Rules data={data} />
    </>
  );
}

/** What became of messages; one that was not sent says why. */
export function Deliveries() {
  const words = useWords();
  const { data } = useNotifications();
  const { notifyPage } = words;
  return (
    <section className="pn" aria-label={notifyPage.deliveries}>
      <div className="h2">
        <span>{notifyPage.deliveries}</span>
      </div>
      {data?.deliveries.length === 0 && <p className="t3 s12">{words.empty.nothing}</p>}
      <table className="sbt">
        <tbody>
          {(data?.deliveries ?? []).slice(0, 30).map(({ atMs, channel, outcome, title, latencyMs, why }, i) => (
            <tr key={`${atMs}.${i}`}>
              <td className="t3" style={{ width: 64 }}>
                {clockText(atMs)}
              </td>
              <td className="el" title={title}>
                {title}
              </td>
              <td className="t2">{channel}</td>
              <td className={`r ${outcome === 'sent' ? '' : 'warn'}`} title={why ?? ''}>
                {outcome === 'sent' ? `${latencyMs ?? 0} ms` : word(notifyPage.outcomes, outcome)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** 订阅中心: who follows this gateway. A slow reader loses only its own old quotes, never a change of state. */
export function Consumers() {
  const words = useWords();
  const language = useSettings((settings) => settings.language);
  const { data } = useQuery({
    queryKey: ['consumers'],
    queryFn: async () => (await api().get<{ items: Consumer[] }>('/v1/consumers')).items,
    refetchInterval: 3000,
  });
  const { notifyPage } = words;
  return (
    <section className="pn" aria-label={notifyPage.consumers}>
      <div className="h2">
        <span>
          {notifyPage.consumers} <small>{data?.length ?? 0}</small>
        </span>
      </div>
      <table className="sbt">
        <thead>
          <tr>
            <th>{words.columns.name}</th>
            <th className="r">{notifyPage.sent}</th>
            <th className="r">{notifyPage.lag}</th>
          </tr>
        </thead>
        <tbody>
          {(data ?? []).slice(0, 40).map(({ id, protocol, channels, sinceSec, sentBytes, waitingBytes, waitingFrames }) => (
            <tr key={id} title={channels.join(' ')}>
              <td className="el">
                <span className={`dot ${waitingFrames > 0 ? 'w' : 'ok'}`} /> {id}{' '}
                <span className="t3">{`${protocol.split('.').at(-1)} · ${channels.length} · ${span(sinceSec)}`}</span>
              </td>
              <td className="r">{money(sentBytes, language)}</td>
              <td className={`r ${waitingFrames > 0 ? 'warn' : 't3'}`}>
                {waitingFrames > 0 ? `${waitingFrames} · ${money(waitingBytes, language)}` : '0'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="note">{notifyPage.dropsWhy}</p>
    </section>
  );
}

/** Asked for only where a notify role says that it is there. */
function useNotifications() {
  const isThere = useMarket((market) => market.report?.roles.some(({ role }) => role === 'notify') === true);
  const query = useQuery({
    queryKey: ['notifications'],
    queryFn: () => api().get<Notifications>('/v1/notifications', { limit: 60 }),
    enabled: isThere,
    refetchInterval: 5000,
    retry: false,
  });
  return { data: query.data, isThere };
}
