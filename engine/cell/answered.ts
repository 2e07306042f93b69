/** Commands of the day by their ids: asked again, each is answered with what it came to and carried out no second time. */
import type { AnyCommand } from '../../contracts/tape.ts';

type Answer = { readonly asked: string; readonly code: string | null };

export class Answered {
  readonly #byId = new Map<string, Answer>();

  /** Why it was refused, null where it was accepted; `carryOut` for one that was not asked yet. */
  answer(id: string, command: AnyCommand, carryOut: () => string | null): string | null {
    // an id of the door is made of what was asked there; what the door made of it may differ by what ran at the time
    const asked = id.startsWith('api:') ? '' : JSON.stringify(command);
    const before = this.#byId.get(id);
    if (before !== undefined) return before.asked === asked ? before.code : 'COMMAND_ID_USED';
    const code = carryOut();
    this.#byId.set(id, { asked, code });
    return code;
  }

  image = (): readonly (readonly [string, Answer])[] => [...this.#byId];
  restore(image: ReturnType<Answered['image']>): void {
    for (const [id, answer] of image) this.#byId.set(id, answer);
  }
}
