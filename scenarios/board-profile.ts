/** Writes engine/reference/board-profile.json: the minute profile shipped for symbols without a history of their own. */
import { writeFileSync } from 'node:fs';
import { profileColumns } from '../contracts/bundle.ts';
import { defaultConfig } from '../contracts/config.ts';
import { generatedBundle } from './market/bundle.ts';
import { universeOf } from './market/universe.ts';

const bundle = generatedBundle({ seed: 1, date: '20261123', issues: universeOf(1, 300), config: defaultConfig });
const columns = bundle.profiles.map(profileColumns);
const mean = (pick: (each: (typeof columns)[number]) => Float64Array) =>
  Array.from({ length: 240 }, (_, m) => Number((columns.reduce((sum, each) => sum + pick(each)[m]!, 0) / columns.length).toPrecision(5)));
const profile = {
  amountShare: mean((each) => each.amountShare),
  lnMad: mean((each) => each.lnMad),
  varShare: mean((each) => each.varShare),
};
writeFileSync('engine/reference/board-profile.json', `${JSON.stringify(profile)}\n`);
