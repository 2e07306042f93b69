/** Watch-lists and marks of who looks: read once, changed at once, written behind; a write that was overtaken is made again upon what stands. */
import { create } from 'zustand';
import type { Mine } from '../../../../contracts/mine.ts';
import { FenshiProblem } from '../../../client/api.ts';
import { api } from './session.ts';

/** `isHere`: of who sits at this machine, whose lists notification rules mean. */
type State = { readonly mine: Mine; readonly revision: number; readonly isHere: boolean; readonly error: string | null };
const nothing: Mine = { v: 1, lists: [], marks: {} };
export const useMine = create<State>()(() => ({ mine: nothing, revision: 0, isHere: false, error: null }));

const triesMax = 3;
type Revised = { readonly revision: number; readonly isHere: boolean; readonly mine: Mine };
export async function readMine(): Promise<void> {
  try {
    useMine.setState({ ...(await api().get<Revised>('/v1/mine')), error: null });
  } catch (error) {
    useMine.setState({ error: String(error) });
  }
}

let writing: Promise<void> = Promise.resolve();
/** Changes that have not been written yet, in their order. */
let pending: ((mine: Mine) => Mine)[] = [];
/** `change` may be asked more than once, upon what stands then. */
export function changeMine(change: (mine: Mine) => Mine): void {
  useMine.setState(({ mine }) => ({ mine: change(mine) }));
  pending.push(change);
  writing = writing.then(() => write(triesMax)).catch((error: unknown) => useMine.setState({ error: String(error) }));
}

/** Everything that is pending at once; upon what another wrote meanwhile all of it is made anew. */
async function write(tries: number): Promise<void> {
  const count = pending.length;
  if (count === 0) return;
  const { mine, revision } = useMine.getState();
  try {
    const { revision: next } = await api().put<Revised>('/v1/mine', { revision, mine });
    pending = pending.slice(count);
    useMine.setState({ revision: next, error: null });
  } catch (error) {
    if (!(error instanceof FenshiProblem && error.code === 'CONFLICT') || tries === 0) throw error;
    const found = await api().get<Revised>('/v1/mine');
    useMine.setState({ revision: found.revision, mine: pending.reduce((own, change) => change(own), found.mine) });
    await write(tries - 1);
  }
}

type OwnMark = Mine['marks'][string];
/** Changes one mark; one that says nothing is taken away. The oldest go when there are too many. */
export const mark = (id: string, change: Partial<OwnMark>): void =>
  changeMine((mine) => {
    const own = Object.fromEntries(Object.entries({ ...mine.marks[id], ...change }).filter(([, value]) => value !== undefined)) as OwnMark;
    const { [id]: _before, ...others } = mine.marks;
    const marks = Object.keys(own).length === 0 ? others : { ...others, [id]: own };
    return { ...mine, marks: Object.fromEntries(Object.entries(marks).slice(-2000)) };
  });
