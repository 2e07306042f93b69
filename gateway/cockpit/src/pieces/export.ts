/** Tables as files. The numbers are those on the screen's own scale. */

import { clockText } from '../state/look-back.ts';
import { useMarket } from '../state/market.ts';
import type { Opportunity } from '../state/shapes.ts';
import { type Words, word } from '../words/index.ts';
import { csvOf } from './csv.ts';

export function save(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

export function opportunityRows(shown: readonly Opportunity[], words: Words): unknown[][] {
  const head = [
    'id',
    'symbol',
    'state',
    'risk',
    'data',
    'strategies',
    'discovered',
    'updated',
    'event',
    'p',
    'p0',
    'entry',
    'stop',
    'target1',
    'target2',
    'end',
  ];
  const yuan = (milli: number | null | undefined): number | null => (milli == null ? null : milli / 1000);
  const rows = shown.map(({ id, instrument, path, risk, dataState, strategies, openedMs, updatedMs, facts }) => {
    const forecast = facts.forecasts?.[0];
    return [
      id,
      instrument,
      word(words.state, path.split('.')[0]!),
      risk,
      dataState,
      strategies.join('+'),
      clockText(openedMs),
      clockText(updatedMs),
      forecast?.event,
      forecast?.p,
      forecast?.p0,
      yuan(facts.plan?.entryMilli),
      yuan(facts.trailMilli ?? facts.stopMilli ?? facts.plan?.stopMilli),
      yuan(facts.plan?.target1Milli),
      yuan(facts.plan?.target2Milli),
      facts.endReason,
    ];
  });
  return [head, ...rows];
}

export const downloadCsv = (shown: readonly Opportunity[], words: Words): void =>
  save(`fenshi-${useMarket.getState().day.epoch.replaceAll('/', '-')}.csv`, 'text/csv;charset=utf-8', csvOf(opportunityRows(shown, words)));
