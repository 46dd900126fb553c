/** Where the pointer is in the project's plane: asked for one place at a time, the latest last. */
import { host } from '../host';
import type { LonLat } from '../map';

class Pointed {
  plane = $state.raw<readonly [number, number] | null>(null);
  #wanted: LonLat | null = null;
  #asking = false;

  async at(place: LonLat | null): Promise<void> {
    this.#wanted = place;
    if (!place) this.plane = null;
    if (!place || this.#asking) return;
    this.#asking = true;
    try {
      const answer = await host.call('place', { lonlat: [place[0], place[1]] });
      if (this.#wanted) this.plane = answer.plane.every(Number.isFinite) ? answer.plane : null;
    } catch {
      // A place without coordinates is no news: the degrees are still there.
      this.plane = null;
    }
    this.#asking = false;
    if (this.#wanted && this.#wanted !== place) void this.at(this.#wanted);
  }
}

export const pointed = new Pointed();
