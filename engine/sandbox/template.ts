/** What `fenshi strategy new` writes: a small strategy that works, the one contracts/spec/strategies.md explains. */
export const manifestTemplate = (id: string): string =>
  `${JSON.stringify(
    {
      id,
      version: '1.0.0',
      engine: '>=0.1.0 <0.2.0',
      main: 'index.mjs',
      label: { zh: '放量上行', en: 'turnover surge' },
      features: ['ret_3m', 'amtZ1m', 'nar1m'],
      params: {
        type: 'object',
        properties: { rise: { type: 'number', default: 0.008 }, surprise: { type: 'number', default: 1.5 } },
        additionalProperties: false,
      },
    },
    null,
    2,
  )}\n`;

export const codeTemplate = `/**
 * Asked once a second with what is shown of each symbol; says what it holds. What it does not name it does not hold.
 *
 * moments  [{ symbol, tsMs, features }], a feature is null where it is unknown
 * memory   an object that stays between calls
 * params   those of strategy.json, with their defaults
 */
export default {
  decide(moments, memory, { rise, surprise }) {
    return (
      moments
        // null is not a number: a comparison with it would be one
        .filter(({ features: { ret_3m, amtZ1m } }) => ret_3m !== null && amtZ1m !== null && ret_3m >= rise && amtZ1m >= surprise)
        .map(({ symbol, tsMs, features: { ret_3m, amtZ1m, nar1m } }) => {
          memory[symbol] ??= tsMs;
          return {
            symbol,
            direction: 'up',
            score: Math.min(1, ret_3m / (4 * rise) + amtZ1m / (8 * surprise)),
            confirmable: tsMs - memory[symbol] >= 30_000 && nar1m !== null && nar1m > 0,
            evidence: [
              { feature: 'ret_3m', value: ret_3m, op: '>=', threshold: rise },
              { feature: 'amtZ1m', value: amtZ1m, op: '>=', threshold: surprise },
            ],
          };
        })
    );
  },
};
`;
