/** Which step is on screen and where the map looks. */
import type { Bounds, Mode, Sight } from '../map';

class Screen {
  step = $state<Mode>('layers');
  about = $state(false);
  tab = $state<'inbox' | 'history'>('inbox');
  /** Replaced whenever the map shall look somewhere. */
  target = $state.raw<{ bounds: Bounds; margin: number } | null>(null);
  sight = $state.raw<Sight | null>(null);
  pointer = $state.raw<readonly [number, number] | null>(null);

  go(step: Mode): void {
    this.about = false;
    this.step = step;
  }

  lookAt(bounds: Bounds, margin: number): void {
    this.target = { bounds, margin };
  }
}

export const screen = new Screen();
