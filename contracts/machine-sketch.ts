/** The definition of a state machine as data, for whoever draws it (contracts/schemas/machines.json). */
import { z } from 'zod';

const StateSketch = z.object({ path: z.string(), parent: z.string().nullable(), type: z.string(), initial: z.string().nullable() });
const EdgeSketch = z.object({
  from: z.string(),
  event: z.string(),
  guard: z.string().nullable(),
  /** What the guard asks, in words. */
  asks: z.string(),
  to: z.array(z.string()),
  does: z.string(),
});
export const MachineSketch = z.object({
  id: z.string(),
  readBy: z.string(),
  states: z.array(StateSketch),
  /** In the order they are tried. */
  edges: z.array(EdgeSketch),
});
export type StateSketch = z.infer<typeof StateSketch>;
export type EdgeSketch = z.infer<typeof EdgeSketch>;
export type MachineSketch = z.infer<typeof MachineSketch>;
