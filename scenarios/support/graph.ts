/** Which transitions a machine declares that no walk through its graph takes, as `<state node> <event>`. */
import type { AnyStateMachine, EventObject, InputFrom } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';

export type Walk<M extends AnyStateMachine> = { readonly input: InputFrom<M>; readonly events: readonly EventObject[] };
type Node = { readonly id: string; readonly ownEvents: readonly string[] };

export function graphCoverage<M extends AnyStateMachine>(
  machine: M,
  walks: readonly Walk<M>[],
  serializeState: (state: unknown) => string,
): { readonly declared: string[]; readonly untaken: string[] } {
  const taken = new Set<string>();
  for (const { input, events } of walks) {
    const map = getAdjacencyMap(machine, { input, events, serializeState, limit: 20_000 } as never);
    for (const { state, transitions } of Object.values(map)) {
      const nodes = (state as unknown as { _nodes: Node[] })._nodes;
      for (const { event } of Object.values(transitions) as { event: EventObject }[]) {
        for (const { id, ownEvents } of nodes) {
          for (const own of ownEvents)
            if (own === event.type || (own === 'timer.*' && event.type.startsWith('timer.'))) taken.add(`${id} ${own}`);
        }
      }
    }
  }
  const nodes = [...(machine as unknown as { idMap: Map<string, Node> }).idMap.values()];
  const declared = nodes.flatMap(({ id, ownEvents }) => ownEvents.map((own) => `${id} ${own}`));
  return { declared, untaken: declared.filter((each) => !taken.has(each)) };
}
