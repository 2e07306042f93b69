/** 通知: what was concluded, grouped by opportunity; this browser's own alerts with a test; where channels come from. */
import { beep, mayNotify, notice } from '../frame/alerts.ts';
import { StatusBar } from '../frame/status-bar.tsx';
import { tell } from '../frame/toast.tsx';
import { Empty, To } from '../pieces/bits.tsx';
import { clockText, useShown } from '../state/look-back.ts';
import { useInstruments } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import type { Told } from '../state/shapes.ts';
import { useWords } from '../words/index.ts';
import { Name } from './home-row.tsx';
import { ChangeWord } from './home-stream.tsx';
import { Channels, Consumers, Deliveries } from './notify-panels.tsx';
import '../css/notify.css';

export type Group = { readonly id: string; readonly told: readonly Told[]; readonly spanSec: number };
/** By opportunity, the one that changed last first. */
export function groupsOf(told: readonly Told[]): Group[] {
  const groups = new Map<string, Told[]>();
  for (const each of told) {
    if (each.change.region === 'data') continue;
    const own = groups.get(each.id);
    if (own === undefined) groups.set(each.id, [each]);
    else own.push(each);
  }
  return [...groups].map(([id, own]) => ({ id, told: own, spanSec: Math.round((own[0]!.change.tsMs - own.at(-1)!.change.tsMs) / 1000) }));
}

export default function Notify() {
  const words = useWords();
  const { day } = useShown();
  const instruments = useInstruments();
  const groups = groupsOf(day.told);
  return (
    <div className="s-notify page-col">
      <div className="nt">
        <div className="scroll">
          <Own />
          <Channels />
        </div>
        <div className="scroll">
          <div className="bar2">
            <span className="h2">{words.notifyPage.feed}</span>
            <span className="t3 s12 el">{words.notifyPage.feedWhy}</span>
          </div>
          {groups.length === 0 && <Empty title={words.empty.nothing} why={words.empty.listWhy} />}
          {groups.map(({ id, told, spanSec }) => {
            const opportunity = day.items.get(id);
            return (
              <section key={id} className="gp">
                <div className="gh">
                  <To path={`/o/${id}`} className="b">
                    {opportunity === undefined ? (
                      id
                    ) : (
                      <Name opportunity={opportunity} instrument={instruments.get(opportunity.instrument)} />
                    )}
                  </To>
                  <span className="t3 s12">
                    {words.notifyPage.count(told.length)} {words.notifyPage.seconds(spanSec)}
                  </span>
                </div>
                <ol>
                  {told.slice(0, 4).map((each) => (
                    <li key={`${each.seq}.${each.change.actorSeq}`}>
                      <time>{clockText(each.change.tsMs)}</time>
                      <ChangeWord change={each.change} endReason={opportunity?.facts.endReason} />
                      <span className="t3 s12">
                        {words.step} {each.seq}
                      </span>
                    </li>
                  ))}
                </ol>
              </section>
            );
          })}
        </div>
        <div className="scroll">
          <Deliveries />
          <Consumers />
        </div>
      </div>
      <StatusBar keys={[[['m'], words.keys.mute]]} />
    </div>
  );
}

/** Alerts of this browser: off until asked for. */
function Own() {
  const words = useWords();
  const { sound, desktop, set } = useSettings();
  const test = async (): Promise<void> => {
    if (sound) beep();
    if (!(await mayNotify())) return tell(words.notifyPage.permission);
    notice(words.notifyPage.test, `${words.app} · ${words.noAdvice}`, '/notify');
  };
  const toggleDesktop = async (): Promise<void> => {
    if (!desktop && !(await mayNotify())) return tell(words.notifyPage.permission);
    set({ desktop: !desktop });
  };
  return (
    <section className="pn" aria-label={words.notifyPage.desktop}>
      <Switch label={words.notifyPage.desktop} isOn={desktop} onChange={() => void toggleDesktop()} />
      <Switch label={words.notifyPage.sound} isOn={sound} onChange={() => set({ sound: !sound })} />
      <div className="row end">
        <button type="button" className="btn" onClick={() => void test()}>
          {words.notifyPage.test}
        </button>
      </div>
    </section>
  );
}

const Switch = ({ label, isOn, onChange }: { readonly label: string; readonly isOn: boolean; readonly onChange: () => void }) => (
  <div className="row between">
    <span>{label}</span>
    <button type="button" role="switch" aria-checked={isOn} aria-label={label} className="swb" onClick={onChange}>
      <span className={isOn ? 'sw on' : 'sw'} />
    </button>
  </div>
);
