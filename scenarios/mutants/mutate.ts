/** What happens to a body on its way: nothing, something harmless, or something that may make it unsound. */
import { type Dice, latin } from './bodies.ts';

const strange = [
  '',
  '-',
  '0',
  '-1',
  '0.00',
  '1e5',
  ' 12',
  '0x10',
  'NaN',
  '99999999999',
  '1.2.3',
  '1.0005',
  '.5',
  '5.',
  '+7',
  '\xa012',
  '00',
  'null',
  '-0',
  '1_000',
  '20260230',
  '999999',
];
const marks = [
  '~',
  ',',
  '"',
  "'",
  ';',
  '|',
  '/',
  '=',
  '\n',
  '\0',
  '\xff',
  '{',
  '}',
  '[',
  ']',
  ':',
  '-',
  '.',
  '0',
  'e',
  ' ',
  '\u00a0',
  '9',
  '\xc4',
  '{}',
  '""',
  'null,',
  '0,',
];
const numbers = /-?\d+(?:\.\d+)?/g;

type Change = (text: string, dice: Dice) => string;

const token: Change = (text, dice) => {
  const found = [...text.matchAll(numbers)];
  const pick = found[dice(Math.max(1, found.length))];
  return pick === undefined ? text : text.slice(0, pick.index) + strange[dice(strange.length)]! + text.slice(pick.index + pick[0].length);
};
const tokens: Change = (text, dice) => {
  const found = [...text.matchAll(numbers)];
  if (found.length < 2) return text;
  const [a, b] = [dice(found.length), dice(found.length)].sort((x, y) => x - y).map((i) => found[i]!) as [RegExpExecArray, RegExpExecArray];
  if (a.index === b.index) return text;
  return text.slice(0, a.index) + b[0] + text.slice(a.index + a[0].length, b.index) + a[0] + text.slice(b.index + b[0].length);
};
const unit: Change = (text, dice) => {
  const found = [...text.matchAll(numbers)];
  const pick = found[dice(Math.max(1, found.length))];
  if (pick === undefined) return text;
  const value = dice(2) === 0 ? `${pick[0].replace('.', '')}00` : pick[0].includes('.') ? pick[0].replace('.', '') : pick[0].slice(0, -2);
  return text.slice(0, pick.index) + value + text.slice(pick.index + pick[0].length);
};
const insert: Change = (text, dice) => {
  const at = dice(text.length + 1);
  return text.slice(0, at) + marks[dice(marks.length)]! + text.slice(at);
};
const cutOut: Change = (text, dice) => {
  const at = dice(text.length);
  return text.slice(0, at) + text.slice(at + 1 + dice(8));
};
const cutOff: Change = (text, dice) => text.slice(0, dice(text.length + 1));
const flip: Change = (text, dice) => {
  const at = dice(Math.max(1, text.length));
  return text === '' ? text : text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << dice(8))) + text.slice(at + 1);
};
const twice: Change = (text, dice) => {
  const [from, at] = [dice(text.length), dice(text.length)];
  return text.slice(0, at) + text.slice(from, from + 1 + dice(60)) + text.slice(at);
};
const page: Change = (_text, dice) =>
  ['<html><body>502 Bad Gateway</body></html>', '', '{}', '[]', 'null', '{"rc":0}', '{"code":0}'][dice(7)]!;

const harmful: readonly Change[] = [token, token, token, tokens, unit, unit, insert, insert, cutOut, cutOff, flip, flip, twice];

/** About half of all bodies pass whole. */
export function mutated(body: Uint8Array, dice: Dice): Uint8Array {
  if (dice(100) < 45) return body;
  let text = Buffer.from(body).toString('latin1');
  if (dice(40) === 0) return latin(page(text, dice));
  for (let i = 1 + dice(3); i > 0; i--) text = harmful[dice(harmful.length)]!(text, dice);
  return latin(text);
}
