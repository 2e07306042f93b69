/**
 * The risk desk: one level and policy a scope, and what they come to for whom. Nobody else remembers a level.
 *
 * Scopes   `market`, `sector.<code>`, `symbol.<ex>.<code>`, `strategy.<id>`; what is no scope of the day is refused
 * Level    0 normal, 1 caution, 2 restricted, 3 frozen; the highest of all scopes that concern an opportunity
 * Policy   of the scope that decides: the highest; where several are equally high, `end` over `hold`
 */
import type { RiskLevel, RiskPolicy } from '../../actors/opportunity/context.ts';

export const calm: RiskLevel = { level: 0, policy: 'hold' };

export class RiskDesk {
  readonly #byScope = new Map<string, RiskLevel>();
  readonly #isScope: (scope: string) => boolean;

  constructor(isScope: (scope: string) => boolean) {
    this.#isScope = isScope;
  }

  /** False when there is no such scope. */
  set(scope: string, level: number, policy: RiskPolicy): boolean {
    if (!this.#isScope(scope)) return false;
    if (level === 0) this.#byScope.delete(scope);
    else this.#byScope.set(scope, { level, policy });
    return true;
  }

  of(scopes: readonly string[]): RiskLevel {
    let worst = calm;
    for (const scope of scopes) {
      const own = this.#byScope.get(scope);
      if (own !== undefined && (own.level > worst.level || (own.level === worst.level && own.policy === 'end'))) worst = own;
    }
    return worst;
  }

  /** Scopes that are not calm, in the order they were raised. */
  image = (): [string, RiskLevel][] => [...this.#byScope];

  restore(image: readonly (readonly [string, RiskLevel])[]): void {
    this.#byScope.clear();
    for (const [scope, level] of image) this.#byScope.set(scope, level);
  }
}
