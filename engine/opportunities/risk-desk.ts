/**
 * The risk desk: one level and policy a scope, and what they come to for whom. Nobody else remembers a level.
 *
 * Scopes   `market`, `sector.<code>`, `symbol.<ex>.<code>`, `strategy.<id>`; what is no scope of the day is refused
 * Causes   who asks for a level of a scope: the operator, or a watch; the highest of them is the scope's
 * Level    0 normal, 1 caution, 2 restricted, 3 frozen; the highest of all scopes that concern an opportunity
 * Policy   of the scope that decides: the highest; where several are equally high, `end` over `hold`
 */
import type { RiskLevel, RiskPolicy } from '../../actors/opportunity/context.ts';

const none: Readonly<Record<string, RiskLevel>> = {};
export const calm: RiskLevel = { level: 0, policy: 'hold' };

export class RiskDesk {
  readonly #byScope = new Map<string, Readonly<Record<string, RiskLevel>>>();
  readonly #isScope: (scope: string) => boolean;

  constructor(isScope: (scope: string) => boolean) {
    this.#isScope = isScope;
  }

  /** False when there is no such scope. */
  set(scope: string, level: number, policy: RiskPolicy, by = 'operator'): boolean {
    if (!this.#isScope(scope)) return false;
    const { [by]: _was, ...others } = this.#byScope.get(scope) ?? {};
    const causes = level === 0 ? others : { ...others, [by]: { level, policy } };
    if (Object.keys(causes).length === 0) this.#byScope.delete(scope);
    else this.#byScope.set(scope, causes);
    return true;
  }

  of(scopes: readonly string[]): RiskLevel {
    let worst = calm;
    for (const scope of scopes) {
      for (const own of Object.values(this.#byScope.get(scope) ?? none)) {
        if (own.level > worst.level || (own.level === worst.level && own.policy === 'end')) worst = own;
      }
    }
    return worst;
  }

  /** Levels of one scope by who asks. */
  causes = (scope: string): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(this.#byScope.get(scope) ?? none).map(([by, { level }]) => [by, level]));

  /** Scopes that are not calm, in the order they were raised. */
  image = (): [string, Readonly<Record<string, RiskLevel>>][] => [...this.#byScope];

  restore(image: ReturnType<RiskDesk['image']>): void {
    this.#byScope.clear();
    for (const [scope, causes] of image) this.#byScope.set(scope, causes);
  }
}
