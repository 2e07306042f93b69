/** contracts/spec/features.md, made from the dictionary that code, evidence and displays share. */
import { featureIds, featureVersion, featureWords } from '../../contracts/features.ts';

const intro = `# Features

Made from \`contracts/features.ts\` by \`npm run schemas\`; version ${featureVersion}. A snapshot holds them for one symbol at one moment, null where unknown.

## Inputs

mid is the mean of best bid and ask, the last price where a side is absent. Windows are slots of three trading seconds. c is 20,000 yuan. Expected amounts, deviations (lnMad) and variances come from minute
profiles of at least ten earlier days, else from a borrowed one that is scaled by today's own ratio and trusted to four sigmas. σ(W) is the root of the profile's variance over W times the day's multiplier. What is usual of active buying (mean and deviation of
nar3m by half hour, which netZ is told by) is a symbol's own from three earlier days on of which its book was recorded, else that of other symbols; stored minutes hold who bought actively (\`net_yuan\`).

## Null

*returns*: under 60 % of the window covered, or the price at its beginning too old. *window*: under 60 % covered. *volume*: the same, or an interval in it whose volume is unknown. *book*: auctions, a
crossed or unsorted book. *flow*: volume, or locked at the limit, where every print is a sell into the queue. Null is never 0: a condition on it is false.

## Active flow

Bought share of an interval, the first that is available: the vendor's outer and inner volume, the place of its average price between the quotes before, the tick rule. At the limit none.

## Large prints

An interval's amount of at least bigThr; bought where more than half of it was.

## Top divergence

Legs of a zig-zag on one-minute closes of the last hour with a reversal of 0.4 % or one σ(5 min).

## Market

Of all live symbols, at every third clock; decisions use it from the next entry on. Regime: unknown of fewer than 500 symbols with a price, else panic (mktMed5m under −0.8 %, over 100 at the lower limit, under 15 % rising), weak (under 35 %), strong (over 60 % and 50 at the limit), euphoric (over
75 % and 100), else neutral; five points of hysteresis, and it must hold for three minutes.

## Benchmarks

Median of the others where at least 500 are live, else the index, else the median of at least 30, else none: then the return itself is tested against the threshold of the return.

## Features

| id | zh | en | unit | formula | null when |
|---|---|---|---|---|---|
`;

export function featurePage(): string {
  const rows = featureIds.map((id) => {
    const { zh, en, unit, formula, nullWhen } = featureWords[id];
    return `| ${id} | ${zh} | ${en} | ${unit} | ${formula} | ${nullWhen} |`;
  });
  return `${intro}${rows.join('\n')}\n`;
}
