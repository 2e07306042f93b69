/** What every event to an actor carries: the tape time it happens at. Nothing in an actor reads a clock. */
export type At = { readonly tsMs: number };
