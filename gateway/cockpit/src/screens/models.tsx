/** The models of a strategy with what they may do next, and what happened to strategies and models today. */
import { useQueryClient } from '@tanstack/react-query';
import { evidenceWords } from '../../../../contracts/evidence-words.ts';
import { modelSteps } from '../../../../contracts/model.ts';
import { HoldButton } from '../pieces/bits.tsx';
import { clockText } from '../state/look-back.ts';
import { useSettings } from '../state/settings.ts';
import type { StrategyItem } from '../state/shapes.ts';
import { useWords, word } from '../words/index.ts';
import { command } from './acts.ts';
import type { Strategy } from './risk.tsx';

type Props = { readonly strategy: Strategy; readonly isPast: boolean };

/** Nothing where the strategy has none. */
export function ModelTable({ strategy, isPast }: Props) {
  const words = useWords();
  const queries = useQueryClient();
  const { models, modelId, canaryId } = strategy;
  // as of now: of then the history below tells
  if (models.length === 0 || isPast) return null;
  const isJudged = strategy.family === 'momentum';
  const act = async (wanted: Readonly<Record<string, unknown>>, done: string): Promise<void> => {
    await command({ strategy: strategy.id, ...wanted }, done);
    await queries.invalidateQueries({ queryKey: ['strategies'] });
  };
  return (
    <section className="pn" aria-label={words.riskPage.models}>
      <div className="h2">
        <span>
          {words.riskPage.models} <small>{strategy.id}</small>
        </span>
        {(modelId ?? canaryId) !== null && (
          <HoldButton className="ctl" onHeld={() => void act({ name: 'rollback' }, words.riskPage.rollback)}>
            {words.riskPage.rollback}
          </HoldButton>
        )}
      </div>
      <table className="sg">
        <tbody>
          {models.map(({ id, state, n, brier, against }) => (
            <tr key={id}>
              <td style={{ width: 170 }}>
                {id} {id === modelId && <span className="t3 s12">{words.riskPage.modelNow}</span>}
              </td>
              <td style={{ width: 60 }}>
                <span className={state === 'active' ? '' : 'tag life'}>{words.model[state]}</span>
              </td>
              <td className="t3 s12">
                {!isJudged
                  ? words.riskPage.notJudged
                  : brier === null || against === null
                    ? words.riskPage.unjudged
                    : words.riskPage.brier(brier.toFixed(3), against.toFixed(3), n)}
              </td>
              <td className="r" style={{ width: 170 }}>
                {modelSteps[state].map((next) => (
                  <HoldButton
                    key={next}
                    className="ctl"
                    onHeld={() => void act({ name: 'stage', modelId: id, state: next }, `${id} ${words.model[next]}`)}
                  >
                    {words.model[next]}
                  </HoldButton>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Commands with their answers, faults, and steps of models, newest first. */
export function History({ strategies }: { readonly strategies: readonly StrategyItem[] }) {
  const words = useWords();
  return (
    <section className="pn" aria-label={words.riskPage.history}>
      <div className="h2">
        <span>{words.riskPage.history}</span>
      </div>
      {strategies.length === 0 && <p className="t3 s12">{words.empty.nothing}</p>}
      <table className="hh">
        <tbody>
          {[...strategies].reverse().map((each, i) => (
            <tr key={`${i}`}>
              <td className="t3" style={{ width: 72 }}>
                {clockText(each.tsMs)}
              </td>
              <td>{each.kind === 'control' ? each.command : each.kind === 'model' ? `${each.strategy} ${each.modelId}` : each.strategy}</td>
              <Outcome item={each} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Outcome({ item }: { readonly item: StrategyItem }) {
  const words = useWords();
  const language = useSettings(({ language: own }) => own);
  if (item.kind === 'control') return <td className={item.accepted ? 't2' : 'warn'}>{item.accepted ? '✓' : (item.code ?? '')}</td>;
  if (item.kind === 'fault') return <td className="warn">{`${item.code} ${item.message}`}</td>;
  const step = [item.from, item.state].flatMap((state) => (state === null ? [] : [word(words.model, state)])).join(' → ');
  const [found] = item.evidence;
  if (item.by !== 'K14' || found === undefined)
    return <td className="t2">{item.by === 'replaced' ? `${step} · ${words.riskPage.replaced}` : step}</td>;
  const said = `${evidenceWords(found.feature)?.[language] ?? found.feature} ${found.value?.toFixed(3)} > ${found.threshold?.toFixed(3)}`;
  return <td className="warn">{`${step} · K14 ${words.riskPage.drift} · ${said}`}</td>;
}
