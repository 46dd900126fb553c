/** The blueprint against what it was after an earlier step of the record. */
import type { Since } from '../host';
import { project } from './project.svelte';

class Comparing {
  since = $state.raw<Since | null>(null);
  #record = '';

  /** Compares with the state after a step; 0 is the beginning. */
  async with(number: number): Promise<void> {
    const found = await project.send('since', { number });
    if (!found) return;
    this.since = found;
    this.#record = project.view?.record ?? '';
  }

  end(): void {
    this.since = null;
  }

  /** After a change of the project: what it was is kept, what differs is asked for again. */
  async refresh(): Promise<void> {
    if (!this.since) return;
    if (!project.view?.result || project.view.record !== this.#record) this.end();
    else await this.with(this.since.number);
  }
}

export const comparing = new Comparing();
