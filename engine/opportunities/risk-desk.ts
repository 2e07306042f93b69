/**
 * The risk desk: one level and policy a scope, and what they come to for whom. Nobody else remembers a level.
 *
 * Scopes   `market`, `sector.<code>`, `symbol.<ex>.<code>`, `strategy.<id>`; what is no scope of the day is refused
 * Causes   who asks for a level of a scope: the operator, or a watch; the highest of them is the scope's
 * Override of a scope, by the operator, until a moment: what its watches ask for counts for no more; what he set himself stands
 * Level    0 normal, 1 caution, 2 restricted, 3 frozen; the highest of all scopes that concern an opportunity
 * Policy   of the scope that decides: the highest; where several are equally high, `end` over `hold`
 */
import type { RiskLevel, RiskPolicy } from '../../actors/opportunity/context.ts';

type Override = { readonly level: number; readonly untilMs: number };
const operator = 'operator';
const none: Readonly<Record<string, RiskLevel>> = {};
const noScopes: readonly string[] = [];
export const calm: RiskLevel = { level: 0, policy: 'hold' };

export class RiskDesk {
  readonly #byScope = new Map<string, Readonly<Record<string, RiskLevel>>>();
  readonly #overrides = new Map<string, Override>();
  readonly #isScope: (scope: string) => boolean;

  constructor(isScope: (scope: string) => boolean) {
    this.#isScope = isScope;
  }

  /** False when there is no such scope. */
  set(scope: string, level: number, policy: RiskPolicy, by = operator): boolean {
    if (!this.#isScope(scope)) return false;
    const { [by]: _was, ...others } = this.#byScope.get(scope) ?? {};
    const causes = level === 0 ? others : { ...others, [by]: { level, policy } };
    if (Object.keys(causes).length === 0) this.#byScope.delete(scope);
    else this.#byScope.set(scope, causes);
    return true;
  }

  /** False when there is no such scope. A level of 3 is no override. */
  override(scope: string, level: number, untilMs: number): boolean {
    if (!this.#isScope(scope)) return false;
    if (level >= 3) this.#overrides.delete(scope);
    else this.#overrides.set(scope, { level, untilMs });
    return true;
  }

  /** Ends the overrides whose time has come; the scopes they were of. */
  lapse(nowMs: number): readonly string[] {
    if (this.#overrides.size === 0) return noScopes;
    const over = [...this.#overrides].filter(([, { untilMs }]) => untilMs <= nowMs).map(([scope]) => scope);
    for (const scope of over) this.#overrides.delete(scope);
    return over;
  }

  of(scopes: readonly string[]): RiskLevel {
    let worst = calm;
    for (const scope of scopes) {
      const causes = this.#byScope.get(scope);
      if (causes === undefined) continue;
      const most = this.#overrides.get(scope)?.level ?? 3;
      for (const [by, asked] of Object.entries(causes)) {
        const own = by === operator || asked.level <= most ? asked : { ...asked, level: most };
        if (own.level > worst.level || (own.level === worst.level && own.policy === 'end')) worst = own;
      }
    }
    return worst;
  }

  /** Levels of one scope by who asks, and the override among them. */
  causes(scope: string): Readonly<Record<string, number>> {
    const asked = Object.entries(this.#byScope.get(scope) ?? none).map(([by, { level }]) => [by, level] as const);
    const over = this.#overrides.get(scope);
    return Object.fromEntries(over === undefined ? asked : [...asked, ['override', over.level] as const]);
  }

  /** Scopes that are not calm, in the order they were raised, and what is overridden. */
  image = (): RiskDeskImage => ({ causes: [...this.#byScope], overrides: [...this.#overrides] });

  restore({ causes, overrides }: RiskDeskImage): void {
    this.#byScope.clear();
    for (const [scope, asked] of causes) this.#byScope.set(scope, asked);
    this.#overrides.clear();
    for (const [scope, override] of overrides) this.#overrides.set(scope, override);
  }
}

export type RiskDeskImage = {
  readonly causes: readonly (readonly [string, Readonly<Record<string, RiskLevel>>])[];
  readonly overrides: readonly (readonly [string, Override])[];
};
