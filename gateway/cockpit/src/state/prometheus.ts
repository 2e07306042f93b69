/** Reads what is needed of a Prometheus page: plain values and quantiles of histograms. Pure. */
import { quantileOfBuckets } from '../../../../contracts/buckets.ts';

export type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

export function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) return [];
    const [, name, labels = '', value] = match;
    return [
      {
        name: name!,
        labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, of]) => [key, of])),
        value: Number(value),
      },
    ];
  });
}

/** Upper edge of the bucket that the share falls into, straight between its edges; null of nothing. */
export function quantileOf(
  samples: readonly Sample[],
  name: string,
  wanted: Readonly<Record<string, string>>,
  share: number,
): number | null {
  const counts = new Map<number, number>();
  for (const { name: own, labels, value } of samples) {
    if (own !== `${name}_bucket` || !Object.entries(wanted).every(([key, of]) => labels[key] === of)) continue;
    const edge = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    counts.set(edge, (counts.get(edge) ?? 0) + value);
  }
  const buckets = [...counts].map(([edge, count]) => ({ edge, count })).sort((a, b) => a.edge - b.edge);
  return quantileOfBuckets(buckets, share);
}

export const countOf = (samples: readonly Sample[], name: string): number =>
  samples.filter((each) => each.name === name).reduce((sum, { value }) => sum + value, 0);
