/** What the strategies of an opportunity say together at a moment: their tracks, the topics they speak of, and the risk it stands under. */
import type { OpportunityContext, Standing } from '../../actors/opportunity/context.ts';
import { standingOf, type Topic, withTopics } from '../opportunities/fusion.ts';
import type { RiskDesk } from '../opportunities/risk-desk.ts';
import type { Recorder } from './recorder.ts';
import type { Settings } from './settings.ts';
import { type SignalCase, type Subject, scopesOf, trackOf } from './signal-case.ts';

export type Pooled = Pick<OpportunityContext, 'tracks' | 'capped' | 'yields' | 'family'> & { readonly forecasts: readonly Topic[] };

export class Standings {
  readonly #risk: RiskDesk;
  readonly #recorder: Recorder;
  readonly #settings: Settings;
  readonly #exitScore: (strategy: string) => number;

  constructor(risk: RiskDesk, recorder: Recorder, settings: Settings, exitScore: (strategy: string) => number) {
    [this.#risk, this.#recorder, this.#settings, this.#exitScore] = [risk, recorder, settings, exitScore];
  }

  /** With one strategy's level as it is now. */
  withLevel(before: Pooled, given: SignalCase): Standing {
    const forecasts = withTopics(before.forecasts, given.claims());
    const tracks = { ...before.tracks, [given.lane.id]: trackOf(given, forecasts, this.#recorder.nowMs) };
    return this.pooled({ ...before, forecasts }, given.subject, tracks);
  }

  pooled({ family, forecasts, capped, yields }: Pooled, subject: Subject, tracks: OpportunityContext['tracks']): Standing {
    return standingOf({
      tracks,
      family,
      nowMs: this.#recorder.nowMs,
      topics: forecasts,
      riskLevel: this.#risk.of(scopesOf(subject, tracks)).level,
      fusion: this.#settings.opportunities.fusion ?? 'log-odds',
      capped,
      yields,
      exitScore: this.#exitScore,
    });
  }
}
