/**
 * The marks of a conflict's state, one shape each so that colour is never the only sign.
 * Paths in a 16 × 16 box, shared by the map's markers and the list.
 */
export type MarkState = 'open' | 'rule' | 'hand' | 'compatible';

export interface Mark {
  path: string;
  /** Outline only. */
  hollow: boolean;
}

const diamond = 'M8 1.5 L14.5 8 L8 14.5 L1.5 8 Z';
const ring = 'M8 3 A5 5 0 1 1 7.99 3 Z';
const tile = 'M3 3 H13 V13 H3 Z';
const needle = 'M12.5 1 L15 3.5 L3.5 15 L1 12.5 Z';

/** The mark of a state; slivers are a needle, filled or hollow by state. */
export function mark(state: string, sliver: boolean): Mark {
  const hollow = state === 'rule' || state === 'compatible';
  if (sliver) return { path: needle, hollow };
  if (state === 'open') return { path: diamond, hollow };
  return { path: state === 'hand' ? tile : ring, hollow };
}

export const markStates: readonly MarkState[] = ['open', 'rule', 'hand'];
