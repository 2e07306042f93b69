/** The same in English. */
import type { EvalWords } from './zh-eval.ts';

export const enEval: EvalWords = {
  evaluation: {
    title: 'Strategies',
    mode: 'Mode',
    event: 'Event forecast',
    fitted: 'Fitted on',
    fittedOn: (days, n, source) => `${source}, ${days} days, ${n} cases`,
    auc: 'AUC, 95 % interval',
    verdict: 'Verdict',
    verdicts: {
      measured: 'interval above chance',
      none: 'no edge measured: base rate only',
      unjudged: 'never judged: base rate only',
      unfitted: 'nothing fitted: no probability',
    },
    opened: 'Discovered',
    openedToday: 'Discovered today',
    confirmed: 'Confirmed',
    target1: 'Target 1',
    all: 'All strategies',
    funnel: 'Funnel',
    funnelWhy: 'where each step loses what it loses',
    running: 'running',
    judged: 'Settled',
    target2: 'Target 2',
    lost: 'ended unconfirmed',
    unjudged: 'not counted',
    of: (k, n) => `${k} / ${n}`,
    ends: 'How they settled',
    forecasts: 'Where its probabilities come from',
    noForecasts: 'Nothing was fitted for this strategy: no probability is given, and no net value.',
    nothingJudged: 'No confirmed opportunity has been settled by a price yet',
    note: 'Target 1 is one deviation and not the event that is forecast: outcomes are counted here and compared with no base rate. Boards and sectors do not settle within a day. Ends by data, operator, risk and the session are not counted. Of what was discovered again the last life counts. Intervals are of days drawn anew; on invented markets of the very days that were fitted. One day is too few to conclude from.',
    pastNote: 'Looking back, fits and modes are those of now, the counts those of then.',
    alive: 'undecided',
    simulatedNote: 'The market at hand is simulated; its figures say nothing of a real one.',
    commands:
      'Many days: fenshi evaluate days <tick files>; limit forecasts: fenshi evaluate limit --data <folder>; detection on invented days: npm run planted',
  },
};
