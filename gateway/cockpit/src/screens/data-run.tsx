/** Of the data page: how much of the time the run was ready and when it was not, and what is stored where. */
import { missing, money, share } from '../pieces/numbers.ts';
import { span } from '../state/clock-math.ts';
import { useSettings } from '../state/settings.ts';
import type { Report } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';

/** By the wall: a run's own time may be another. */
function wallText(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function AvailabilityPanel({ report: { availability } }: { readonly report: Report }) {
  const { dataPage } = useWords();
  const language = useSettings((settings) => settings.language);
  if (availability === undefined) return null;
  const { sinceMs, ratio, readySec, notReadySec, outages } = availability;
  return (
    <section aria-label={dataPage.availability}>
      <div className="h2">
        <span>{dataPage.availability}</span>
        <span className="t3 s12">{dataPage.target} 99.5%</span>
      </div>
      <p>
        <b className={ratio !== null && ratio < 0.995 ? 'warn' : ''}>{ratio === null ? missing : share(ratio, 2)}</b>{' '}
        <span className="t3 s12">
          {sinceMs === null ? dataPage.neverReady : dataPage.since1(wallText(sinceMs), span(Math.round(notReadySec)))}
        </span>
      </p>
      <table className="dt">
        <tbody>
          {outages.slice(0, 8).map(({ fromMs, toMs, code, why }) => (
            <tr key={`${fromMs}.${code}`}>
              <td className="t3">{wallText(fromMs)}</td>
              <td className={toMs === null ? 'warn' : ''}>{why[language]}</td>
              <td className="r">{toMs === null ? dataPage.still : span(Math.max(1, Math.round((toMs - fromMs) / 1000)))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {outages.length === 0 && sinceMs !== null && <p className="t3 s12">{dataPage.noOutage(span(Math.round(readySec + notReadySec)))}</p>}
    </section>
  );
}

export function StoragePanel({ report: { storage } }: { readonly report: Report }) {
  const { dataPage } = useWords();
  const language = useSettings((settings) => settings.language);
  return (
    <section aria-label={dataPage.storage}>
      <div className="h2">
        <span>{dataPage.storage}</span>
        {storage != null && (
          <span className={`s12 ${storage.disk.level === 'ok' ? 't3' : 'warn'}`}>
            {dataPage.disk(share(storage.disk.usedRatio), `${(storage.disk.freeBytes / 1e9).toFixed(1)} GB`)}
          </span>
        )}
      </div>
      {storage == null ? (
        <p className="t3 s12">{dataPage.noStore}</p>
      ) : (
        <table className="lt">
          <thead>
            <tr>
              <th>{dataPage.stream}</th>
              <th className="r">{dataPage.messages}</th>
              <th className="r">MB</th>
              <th className="r">{dataPage.oldest}</th>
            </tr>
          </thead>
          <tbody>
            {storage.streams.map(({ name, messages, bytes, firstMs }) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="r">{money(messages, language)}</td>
                <td className="r">{(bytes / 1e6).toFixed(1)}</td>
                <td className="r t3">{firstMs === null ? missing : wallText(firstMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
