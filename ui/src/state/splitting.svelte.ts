/** Splitting a conflict: the line that is being drawn, and where to go on once it is cut. */
import { host } from '../host';
import type { LonLat } from '../map';
import { inbox } from './inbox.svelte';
import { project } from './project.svelte';
import { screen } from './screen.svelte';
import { t } from './settings.svelte';

class Splitting {
  /** A place of what was split: the part there is at hand after the run. */
  #after: LonLat | null = null;

  add(place: LonLat): void {
    if (screen.drawing) screen.drawing = [...screen.drawing, place];
  }

  /** Cuts the conflict at hand along the line that was drawn. */
  async cut(): Promise<void> {
    const line = screen.drawing;
    if (!line || line.length < 2) return;
    await this.#split(line.map(([lon, lat]): [number, number] => [lon, lat]), '');
  }

  /** Cuts it along the borders in a file. */
  async byFile(): Promise<void> {
    const [path] = await host.askOpen(t('split.file'));
    if (path) await this.#split([], path);
  }

  /** Makes one conflict again of the parts. */
  async rejoin(): Promise<void> {
    const detail = inbox.detail;
    if (!detail?.split) return;
    this.#after = detail.lonlat_inside;
    await project.changeSlowly('rejoin', { number: detail.split.number });
  }

  async #split(line: [number, number][], path: string): Promise<void> {
    const detail = inbox.detail;
    if (!detail) return;
    this.#after = detail.lonlat_inside;
    const view = await project.changeSlowly('split', { id: detail.row.id, line, path });
    if (view) screen.drawing = null;
    else this.#after = null;
  }

  /** Takes the part in hand that lies where the conflict was; to be called whenever the project changed. */
  async goOn(): Promise<boolean> {
    if (!this.#after || project.view?.running || !project.view?.result) return false;
    const [lon, lat] = this.#after;
    this.#after = null;
    const picked = await project.send('pick', { lonlat: [lon, lat], tolerance_m: 0, compatible: true });
    inbox.close();
    await inbox.refresh();
    if (picked?.conflict) await inbox.select(picked.conflict);
    return true;
  }

  /** Whether the conflict at hand is about to go, so that nobody asks for it meanwhile. */
  get waits(): boolean {
    return this.#after !== null;
  }
}

export const splitting = new Splitting();
