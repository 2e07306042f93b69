/** Every parser with its bodies and its oracle. */
import { keyed, latin, sample, sinaLine, utf8 } from './bodies.ts';
import { quoteRow, read, type Subject } from './case.ts';
import type { Feeds } from './feeds.ts';
import { sinaFrameOracle, sinaQuotesOracle } from './oracle-text.ts';
import { daySubjects } from './subjects-days.ts';
import { eastmoneySubjects } from './subjects-eastmoney.ts';
import { tencentSubjects } from './subjects-tencent.ts';
import { tushareSubjects } from './subjects-tushare.ts';

export const subjectsOf = (feeds: Feeds): readonly Subject[] => [
  ...tencentSubjects(feeds),
  ...eastmoneySubjects(feeds),
  ...sinaSubjects(feeds),
  ...tushareSubjects(feeds),
  ...daySubjects(feeds),
];

function sinaSubjects({ sinaQuotes, sinaSocket }: Feeds): Subject[] {
  return [
    {
      name: 'sina quotes',
      deal: (dice) => {
        const asked = sample(dice);
        const body = latin(asked.map((no) => `var hq_str_${keyed(no)}="${dice(9) === 0 ? '' : sinaLine(no, dice)}";\n`).join(''));
        return {
          body,
          oracle: sinaQuotesOracle(asked),
          parse: (bytes) => read(sinaQuotes.sinaQuotes.parse(bytes, { instruments: asked }), quoteRow),
        };
      },
    },
    {
      name: 'sina frames',
      deal: (dice) => {
        const control = [`sys_time=1\n`, `sys_nxkey=SH688047\n`, '', '', ''][dice(5)]!;
        const body = utf8(
          control +
            sample(dice)
              .map((no) => `${keyed(no)}=${sinaLine(no, dice, '五 粮 液')}`)
              .join('\n'),
        );
        return {
          body,
          oracle: sinaFrameOracle,
          parse: (bytes) => read(sinaSocket.parseSinaFrame(Buffer.from(bytes).toString('utf8')), quoteRow),
        };
      },
    },
  ];
}
