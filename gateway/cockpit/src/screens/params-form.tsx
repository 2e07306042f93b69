/** Parameters as a form made of their own schema; what is written holds from the next quote. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../frame/toast.tsx';
import { HoldButton } from '../pieces/bits.tsx';
import { api } from '../state/session.ts';
import { useWords } from '../words/index.ts';
import { freshKey, outcomeOf } from './acts.ts';
import type { Strategy } from './risk.tsx';

type Property = {
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
};

/** What differs from what it runs with; a number that cannot be read is NaN. Booleans and names stay what they are. */
export function changesOf(params: Readonly<Record<string, unknown>>, typed: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(typed).flatMap(([name, text]) => {
      const before = params[name];
      const value =
        typeof before === 'number'
          ? text.trim() === ''
            ? Number.NaN
            : Number(text)
          : typeof before === 'boolean'
            ? text === 'true'
            : text;
      return value === before ? [] : [[name, value]];
    }),
  );
}

export function fits(value: unknown, { type, minimum, maximum, exclusiveMinimum }: Property): boolean {
  if (typeof value !== 'number') return true;
  if (!Number.isFinite(value) || (type === 'integer' && !Number.isInteger(value))) return false;
  return (
    !(minimum !== undefined && value < minimum) &&
    !(maximum !== undefined && value > maximum) &&
    !(exclusiveMinimum !== undefined && value <= exclusiveMinimum)
  );
}

export function ParamsForm({ strategy, isPast }: { readonly strategy: Strategy; readonly isPast: boolean }) {
  const words = useWords();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const properties = (strategy.schema.properties ?? {}) as Readonly<Record<string, Property>>;
  const names = Object.keys(strategy.params).filter((name) => ['number', 'boolean', 'string'].includes(typeof strategy.params[name]));
  const changes = changesOf(strategy.params, typed);
  const wrong = Object.entries(changes).filter(([name, value]) => !fits(value, properties[name] ?? {}));
  const count = Object.keys(changes).length;
  const queries = useQueryClient();
  const write = async (): Promise<void> => {
    try {
      const { accepted, step, code } = await api().post<{ accepted: boolean; step: number; code: string | null }>(
        `/v1/strategies/${strategy.id}/params`,
        { params: changes, paramHash: strategy.paramHash },
        freshKey(),
      );
      tell(accepted ? `${words.riskPage.save} · ${words.step} ${step}` : words.detail.refused(code ?? ''));
      if (accepted) setTyped({});
    } catch (error) {
      tell(outcomeOf(error));
    }
    // written or changed by somebody else: the next ones are chosen beside what runs now
    await queries.invalidateQueries({ queryKey: ['strategies'] });
  };
  return (
    <section className="pn" aria-label={words.riskPage.params}>
      <div className="h2">
        <span>
          {words.riskPage.params} <small>{strategy.id}</small>
        </span>
        <span className="t3 s12">{count > 0 ? words.riskPage.changed(count) : words.riskPage.applies}</span>
      </div>
      <ul className="pf">
        {names.map((name) => {
          const value = typed[name] ?? String(strategy.params[name]);
          const id = `param-${strategy.id}-${name}`;
          return (
            <li key={name} className={Object.hasOwn(changes, name) ? 'ch' : ''}>
              <label htmlFor={id}>
                {name}
                <small>{properties[name]?.default === undefined ? '' : String(properties[name].default)}</small>
              </label>
              <input
                id={id}
                value={value}
                inputMode="decimal"
                aria-invalid={wrong.some(([each]) => each === name)}
                onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
              />
              <span />
            </li>
          );
        })}
      </ul>
      <div className="row end g8">
        <button type="button" className="btn ghost" disabled={count === 0} onClick={() => setTyped({})}>
          {words.detail.cancel}
        </button>
        <HoldButton className="btn pri" disabled={count === 0 || wrong.length > 0 || isPast} onHeld={() => void write()}>
          {words.riskPage.save} · {words.riskPage.hold}
        </HoldButton>
      </div>
    </section>
  );
}
