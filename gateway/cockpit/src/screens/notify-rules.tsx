/** 通知规则: those of the configuration as they stand, one's own to make, try on the day, change and take away. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import type { Mine } from '../../../../contracts/mine.ts';
import { updateKinds } from '../../../../contracts/notify.ts';
import { families, publicStates } from '../../../../contracts/opportunity.ts';
import { FenshiProblem } from '../../../client/api.ts';
import { tell } from '../frame/toast.tsx';
import { share } from '../pieces/numbers.ts';
import { clockText, useShown } from '../state/look-back.ts';
import { useMine } from '../state/mine.ts';
import { draftOf, emptyDraft, freeId, type Rule, type RuleDraft, ruleOf, withChoice } from '../state/rule-draft.ts';
import { api } from '../state/session.ts';
import type { Notifications } from '../state/shapes.ts';
import { useWords, type Words, word } from '../words/index.ts';

type Shown = Notifications['rules'][number];
type Tried = {
  readonly of: number;
  readonly matched: number;
  readonly newest: readonly { readonly tsMs: number; readonly title: string }[];
};
const noLists: Mine['lists'] = [];
const bare = ({ own: _own, ...rule }: Shown): Rule => rule;

export function Rules({ data }: { readonly data: Notifications }) {
  const words = useWords();
  const { notifyPage } = words;
  const queries = useQueryClient();
  /** What is written at: an id, or null for a new one; undefined where nothing is. */
  const [open, setOpen] = useState<string | null | undefined>();
  const { isPast } = useShown();
  const own = data.rules.filter((rule) => rule.own).map(bare);
  const [busy, setBusy] = useState(false);
  /** `from`: the form that is closed once they are kept. */
  const keep = async (rules: readonly Rule[], from?: string | null): Promise<void> => {
    setBusy(true);
    try {
      await api().put('/v1/notifications/rules', { revision: data.revision, rules });
      tell(notifyPage.rulesKept);
      setOpen((now) => (now === from ? undefined : now));
    } catch (error) {
      tell(saidBy(error, words));
    }
    // another is written upon what stands now
    await queries.invalidateQueries({ queryKey: ['notifications'] });
    setBusy(false);
  };
  const form = (rule: Rule | null): ReactNode => (
    <RuleForm
      key={rule?.id ?? ''}
      before={rule}
      taken={data.rules.map(({ id }) => id).filter((id) => id !== rule?.id)}
      channels={data.channels.map(({ name }) => name)}
      isIdle={!busy && !isPast}
      onCancel={() => setOpen(undefined)}
      onSave={(made) =>
        void keep(rule === null ? [...own, made] : own.map((each) => (each.id === rule.id ? made : each)), rule?.id ?? null)
      }
    />
  );
  return (
    <section aria-label={notifyPage.rules}>
      <div className="pn">
        <div className="h2">
          <span>
            {notifyPage.rules} <small>{data.rules.length}</small>
          </span>
          <button type="button" className="ctl" disabled={isPast || busy} onClick={() => setOpen(open === null ? undefined : null)}>
            {notifyPage.newRule}
          </button>
        </div>
        {data.rulesFault !== null && <p className="note warn">{notifyPage.rulesUnread(data.rulesFault)}</p>}
      </div>
      {open === null && form(null)}
      <ul className="rl">
        {data.rules.map((rule) => (
          <li key={`${rule.own}.${rule.id}`} className={rule.own && open === rule.id ? 'sel' : ''}>
            <div className="row between">
              <span className="s14 b">{rule.id}</span>
              {rule.own ? (
                <span className="row g8">
                  <button
                    type="button"
                    className="ctl"
                    disabled={isPast || busy}
                    onClick={() => setOpen(open === rule.id ? undefined : rule.id)}
                  >
                    {notifyPage.edit}
                  </button>
                  <button
                    type="button"
                    className="ctl"
                    disabled={isPast || busy}
                    onClick={() => void keep(own.filter(({ id }) => id !== rule.id))}
                  >
                    {notifyPage.remove}
                  </button>
                </span>
              ) : (
                <span className="t3 s12">{notifyPage.configured}</span>
              )}
            </div>
            <div className="chips">
              {chipsOf(rule, words).map((chip) => (
                <span key={chip} className="tag">
                  {chip}
                </span>
              ))}
            </div>
            <div className="t3 s12">{`→ ${rule.channels.join('、')}${rule.cooldownSec > 0 ? ` · ${words.timer.coolDown} ${rule.cooldownSec}s` : ''}`}</div>
            {rule.own && open === rule.id && form(bare(rule))}
          </li>
        ))}
      </ul>
    </section>
  );
}

const saidBy = (error: unknown, words: Words): string => {
  if (!(error instanceof FenshiProblem)) return String(error);
  if (error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN') return words.detail.noCommand;
  return error.code === 'CONFLICT' ? words.notifyPage.conflict : `${words.detail.refused(error.code)} · ${error.message}`;
};

/** A rule's conditions, each as a chip. */
function chipsOf(rule: Rule, words: Words): string[] {
  return [
    aboutWord(rule.about, words),
    ...(rule.state ?? []).map((state) => word(words.state, state)),
    ...(rule.update ?? []).map((kind) => word(words.notifyPage.updates, kind)),
    ...(rule.family ?? []).map((family) => word(words.family, family)),
    ...(rule.strategy ?? []).map((id) => word(words.strategy, id)),
    ...(rule.symbol ?? []),
    ...(rule.sector ?? []),
    ...(rule.list ?? []),
    ...(rule.scope ?? []),
    ...(rule.pMin === undefined ? [] : [`${words.event['net-gain']} ≥ ${share(rule.pMin)}`]),
    ...(rule.severity === 'info' ? [] : [word(words.notifyPage.severities, rule.severity)]),
  ];
}
const aboutWord = (about: Rule['about'], words: Words): string =>
  ({ opportunity: words.opportunities, risk: words.machine.risk, system: words.nav.data })[about];

type FormProps = {
  readonly before: Rule | null;
  readonly taken: readonly string[];
  readonly channels: readonly string[];
  /** Whether anything can be kept or tried now. */
  readonly isIdle: boolean;
  readonly onCancel: () => void;
  readonly onSave: (rule: Rule) => void;
};

function RuleForm({ before, taken, channels, isIdle, onCancel, onSave }: FormProps) {
  const words = useWords();
  const { notifyPage } = words;
  // rules mean the lists of who sits at this machine
  const lists = useMine(({ mine, isHere }) => (isHere ? mine.lists : noLists));
  const [draft, setDraft] = useState<RuleDraft>(() => (before === null ? emptyDraft(freeId(taken), channels) : draftOf(before, channels)));
  const [tried, setTried] = useState<Tried | null>(null);
  const newest = useRef(draft);
  newest.current = draft;
  const set = (change: Partial<RuleDraft>): void => {
    setDraft({ ...draft, ...change });
    setTried(null);
  };
  const { rule, faults } = ruleOf(draft, taken, before);
  const tryOut = async (): Promise<void> => {
    try {
      const answer = await api().post<Tried>('/v1/notifications/rules/try', { rule });
      if (newest.current === draft) setTried(answer); // of what was typed since it says nothing
    } catch (error) {
      tell(saidBy(error, words));
    }
  };
  const text = (key: 'id' | 'symbol' | 'sector' | 'scope' | 'pMin' | 'cooldownSec', label: string, hint = ''): ReactNode => (
    <label className="f">
      <span>{label}</span>
      <input
        value={draft[key]}
        placeholder={hint}
        aria-invalid={faults.includes(key as never)}
        onChange={(event) => set({ [key]: event.target.value })}
      />
    </label>
  );
  const many = (
    key: 'channels' | 'state' | 'update' | 'family' | 'list',
    label: string,
    of: readonly string[],
    say: (name: string) => string,
  ): ReactNode => (
    <fieldset className={faults.includes(key as never) ? 'f wrong' : 'f'}>
      <legend>{label}</legend>
      <span className="chips">
        {of.map((name) => {
          const isOn = draft[key].includes(name);
          return (
            <button
              key={name}
              type="button"
              className={isOn ? 'ctl on' : 'ctl'}
              aria-pressed={isOn}
              onClick={() => set(withChoice(draft, key, isOn ? draft[key].filter((each) => each !== name) : [...draft[key], name]))}
            >
              {say(name)}
            </button>
          );
        })}
      </span>
    </fieldset>
  );
  const one = <K extends 'about' | 'severity'>(
    key: K,
    label: string,
    of: readonly RuleDraft[K][],
    say: (name: RuleDraft[K]) => string,
  ): ReactNode => (
    <label className="f">
      <span>{label}</span>
      <select value={draft[key]} onChange={(event) => set({ [key]: event.target.value })}>
        {of.map((name) => (
          <option key={name} value={name}>
            {say(name)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <form
      className="rf"
      aria-label={notifyPage.rule}
      onSubmit={(event) => {
        event.preventDefault();
        if (faults.length === 0 && isIdle) onSave(rule);
      }}
    >
      {text('id', notifyPage.id)}
      {one('about', notifyPage.about, ['opportunity', 'risk', 'system'], (about) => aboutWord(about, words))}
      {many('channels', notifyPage.channels, channels, (name) => name)}
      {draft.about === 'opportunity' && (
        <>
          {many('state', notifyPage.states, publicStates, (state) => word(words.state, state))}
          {many('update', notifyPage.update, updateKinds, (kind) => word(notifyPage.updates, kind))}
          {many('family', notifyPage.families, families, (family) => word(words.family, family))}
          {text('symbol', notifyPage.symbols, '600519 000001')}
          {lists.length > 0 &&
            many(
              'list',
              words.nav.watch,
              lists.map(({ name }) => name),
              (name) => name,
            )}
          {text('sector', words.machine.sector, '801120')}
          {text('pMin', `${words.event['net-gain']} ≥ %`)}
        </>
      )}
      {draft.about === 'risk' && text('scope', notifyPage.scope, 'market sector. symbol.')}
      {one('severity', notifyPage.severity, ['info', 'notice', 'urgent'], (name) => word(notifyPage.severities, name))}
      {text('cooldownSec', notifyPage.cooldown)}
      {tried !== null && (
        <div className="tried" role="status">
          <p className="s12">{notifyPage.tried(tried.matched, tried.of)}</p>
          <ol>
            {tried.newest.map(({ tsMs, title }, i) => (
              <li key={`${tsMs}.${i}`} className="s12 t2 el">
                <time className="t3">{clockText(tsMs)}</time> {title}
              </li>
            ))}
          </ol>
        </div>
      )}
      {faults.length > 0 && (
        <ul className="s12 warn" role="status">
          {faults.map((fault) => (
            <li key={fault}>{notifyPage.faults[fault]}</li>
          ))}
        </ul>
      )}
      <div className="row end g8">
        <button type="button" className="btn ghost" onClick={onCancel}>
          {words.detail.cancel}
        </button>
        <button type="button" className="btn" disabled={faults.length > 0 || !isIdle} onClick={() => void tryOut()}>
          {notifyPage.tryRule}
        </button>
        <button type="submit" className="btn pri" disabled={faults.length > 0 || !isIdle}>
          {words.riskPage.save}
        </button>
      </div>
    </form>
  );
}
