/** Measuring on the map: the places that were clicked, and what the engine says of them. */
import type { Measured } from '../host';
import type { LonLat } from '../map';
import { project } from './project.svelte';

class Measuring {
  line = $state.raw<LonLat[] | null>(null);
  measured = $state.raw<Measured | null>(null);
  #asked = 0;

  toggle(): void {
    this.line = this.line ? null : [];
    this.measured = null;
  }

  end(): void {
    this.line = this.measured = null;
  }

  async add(place: LonLat): Promise<void> {
    if (!this.line) return;
    this.line = [...this.line, place];
    const number = ++this.#asked;
    const found = await project.send('measure', { line: this.line.map(([lon, lat]) => [lon, lat]) });
    if (number === this.#asked && this.line) this.measured = found;
  }
}

export const measuring = new Measuring();
