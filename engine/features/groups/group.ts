/** A group of features that are computed together, when one of them is first asked for at a moment. */
import { type FeatureId, featureAt } from '../../../contracts/features.ts';
import type { SymbolView } from '../symbol-view.ts';

/** What a group may ask of others, and where it writes. */
export type Moment = { readonly view: SymbolView; readonly feature: (id: FeatureId) => number; benchmark: string };
export type FeatureGroup = {
  readonly ids: readonly FeatureId[];
  /** Features of other groups that it asks for. */
  readonly needs: readonly FeatureId[];
  /** Writes each of `ids` into `out` at its place; what is not written stays null. */
  readonly compute: (view: SymbolView, out: Float64Array, moment: Moment) => void;
};

/** Places in a snapshot by name. */
export const F = featureAt;
export const nan = Number.NaN;
