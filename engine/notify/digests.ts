/** What waits to be merged, by channel: of each group its last word, and how many words there were. Bounded; plain data in its image. */
import type { Alert } from './alert.ts';

/** Groups of a channel; past it the oldest of what is not urgent is only counted. */
const groupsMax = 200;

export type Digest = {
  readonly channel: string;
  /** Oldest first. */
  readonly alerts: readonly Alert[];
  readonly count: number;
  readonly maybeRepeat: boolean;
};

export class Digests {
  readonly #of = new Map<string, Digest>();

  /** `alerts` stand for `count` words; `maybeRepeat`: they may have been read before. */
  add(channel: string, alerts: readonly Alert[], count = alerts.length, maybeRepeat = false): void {
    const was = this.#of.get(channel);
    const last = new Map<string, Alert>();
    for (const alert of [...(was?.alerts ?? []), ...alerts]) {
      last.delete(keyOf(alert));
      last.set(keyOf(alert), alert);
    }
    for (const [key, { severity }] of last) if (last.size > groupsMax && severity !== 'urgent') last.delete(key);
    for (const key of last.keys()) if (last.size > groupsMax) last.delete(key);
    const merged = { count: (was?.count ?? 0) + count, maybeRepeat: (was?.maybeRepeat ?? false) || maybeRepeat };
    this.#of.set(channel, { channel, alerts: [...last.values()], ...merged });
  }

  /** Takes out what a channel may have now: all of it, or what is urgent alone. Null: nothing. */
  take(channel: string, urgentOnly: boolean): Digest | null {
    const all = this.#of.get(channel);
    if (all === undefined) return null;
    if (!urgentOnly) {
      this.#of.delete(channel);
      return all;
    }
    const urgent = all.alerts.filter(({ severity }) => severity === 'urgent');
    if (urgent.length === 0) return null;
    const rest = all.alerts.filter(({ severity }) => severity !== 'urgent');
    if (rest.length === 0) this.#of.delete(channel);
    else this.#of.set(channel, { ...all, alerts: rest, count: all.count - urgent.length });
    return { ...all, alerts: urgent, count: urgent.length };
  }

  channels = (): readonly string[] => [...this.#of.keys()];
  image = (): readonly Digest[] => [...this.#of.values()];
}

/** What changes while a state stands takes no change of the state away. */
export const keyOf = ({ about, group, facts }: Alert): string => `${about} ${group}${facts.updates === undefined ? '' : ' update'}`;
