/**
 * The inbox of conflicts: which are listed, which one is at hand, and what a planner does with it.
 * Holds only the pages that were looked at; a list of 700,000 rows costs as much as one of 700.
 */
import type { ChoiceArg, ConflictDetail, ConflictPage, ConflictRow, Filter, Rows, Tally } from '../host';
import { Pages } from './pages';
import { project } from './project.svelte';
import { screen } from './screen.svelte';
import { settings } from './settings.svelte';

export type Sort = 'area' | 'width' | 'pair' | 'district' | 'near';
/** What the conflicts are grouped by; empty for one list. */
export type Grouping = '' | 'pair' | 'district' | 'feature';

/** A filter that lets everything through. */
export const everything: Filter = {
  state: '',
  classes: [],
  kind: '',
  sliver: null,
  rule: '',
  text: '',
  min_area_m2: null,
  max_area_m2: null,
  min_width_m: null,
  max_width_m: null,
  within: null,
  district: '',
  party: null,
};
const nothing: Tally = { count: 0, area_m2: 0 };

class Inbox {
  filter = $state.raw<Filter>({ ...everything });
  /** The filter of what is listed; the map follows it when the list is there. */
  listed = $state.raw<Filter>(this.filter);
  sort = $state<Sort>('area');
  /** Where distances are measured from. */
  near = $state.raw<[number, number] | null>(null);
  grouping = $state<Grouping>('');
  total = $state.raw<Tally>(nothing);
  open = $state.raw<Tally>(nothing);
  loaded = $state(false);
  /** Grows when rows arrive, so that the list draws again. */
  drawn = $state(0);

  current = $state<string | null>(null);
  /** The current conflict's row; `null` if the filter leaves it out. */
  index = $state<number | null>(null);
  detail = $state.raw<ConflictDetail | null>(null);

  reason = $state('');
  basis = $state('');
  keepWords = $state(false);

  /** Which conflict an operation decided, so that undo leads back to it. */
  #decided = new Map<number, string>();
  #deciding = false;
  /** What is known of the neighbours of the conflict at hand before they are wanted. */
  readonly #ahead = new Map<string, ConflictDetail>();
  readonly #pages = new Pages((offset, limit) => this.#fetch(offset, limit));

  readonly filtered = $derived(JSON.stringify(this.filter) !== JSON.stringify(everything));
  /** Whether the filter has more than its first fields show. */
  readonly filteredMore = $derived.by(() => {
    const { state, classes, text, within, district, party } = this.filter;
    return JSON.stringify(this.filter) !== JSON.stringify({ ...everything, state, classes, text, within, district, party });
  });

  /** Called whenever rows may have moved. */
  onMoved: () => void = () => {};

  row(i: number): ConflictRow | undefined {
    return this.#pages.row(i);
  }

  /** Stretches of the list as a request names them; without any all of it. */
  rows(ranges: [number, number][]): Rows {
    const { filter, sort, near } = this;
    return { filter, sort, near, ranges };
  }

  /** Makes sure the rows from `first` to `last` are or will be here. */
  show(first: number, last: number): void {
    this.#pages.want(first, last);
  }

  async setFilter(change: Partial<Filter>): Promise<void> {
    this.filter = { ...this.filter, ...change };
    await this.#reload();
  }

  async setSort(sort: Sort): Promise<void> {
    this.sort = sort;
    const centre = screen.sight?.center;
    this.near = sort === 'near' && centre ? [centre[0], centre[1]] : null;
    await this.#reload();
  }

  async clearFilter(): Promise<void> {
    await this.setFilter(everything);
  }

  /** After any change of the project: rows, tallies and the conflict at hand are asked for again. */
  async refresh(): Promise<void> {
    if (this.#deciding) return;
    if (!project.view?.result) return this.forget();
    await this.#reload();
    if (this.current) await this.#loadDetail(this.current);
  }

  forget(): void {
    this.#ahead.clear();
    this.#pages.clear();
    this.total = this.open = nothing;
    this.loaded = false;
    this.close();
  }

  close(): void {
    this.current = null;
    this.index = null;
    this.detail = null;
  }

  /** Takes a conflict in hand; its row is looked up unless the list already knows it. */
  async select(id: string, row?: number): Promise<void> {
    if (!this.keepWords && id !== this.current) this.reason = this.basis = '';
    screen.picking = false;
    screen.drawing = null;
    screen.pin = null;
    this.current = id;
    this.index = row ?? null;
    const detail = this.#loadDetail(id);
    if (row === undefined) await this.#locate();
    await detail;
    await this.#lookAhead();
  }

  async selectRow(i: number): Promise<void> {
    const row = await this.#pages.rowSoon(i);
    if (row) await this.select(row.id, i);
  }

  /** The next (1) or the previous (-1) conflict of the list. */
  async step(by: 1 | -1): Promise<void> {
    if (this.total.count === 0) return;
    const from = this.index ?? (by === 1 ? -1 : this.total.count);
    const to = Math.max(0, Math.min(this.total.count - 1, from + by));
    if (to !== this.index) await this.selectRow(to);
  }

  /** Gives the conflict at hand to its k-th party, counted from 1. */
  async giveTo(k: number): Promise<void> {
    const party = this.detail?.parties[k - 1];
    if (party) await this.decide({ kind: 'give-to', layer: party.layer, fid: party.fid });
  }

  /** Records the choice and goes on to the next conflict. */
  async decide(choice: ChoiceArg): Promise<void> {
    const id = this.current;
    if (!id || this.#deciding || this.detail?.row.id !== id) return;
    this.#deciding = true;
    const before = this.index;
    // Whether the filter lets the decided one go or not, the one below it comes next.
    const below = settings.advance && before !== null ? this.row(before + 1)?.id : undefined;
    const words = { reason: this.reason.trim(), basis: this.basis.trim() };
    const view = await project.change('decide', { conflicts: [id], rows: null, choice, ...words });
    this.#deciding = false;
    if (!view) return;
    if (view.undo) this.#decided.set(view.undo.number, id);
    if (below) {
      this.onMoved();
      this.#pages.renew();
      await this.select(below);
      if (this.index !== null || this.current !== below) return;
    }
    await this.#reload();
    if (!settings.advance) return this.#loadDetail(id);
    // If the filter let it go, the next one has moved into its row.
    const next = this.index === null ? before : this.index + 1;
    if (next !== null && next < this.total.count) await this.selectRow(next);
    else await this.#loadDetail(id);
  }

  /** Records one choice for many conflicts and goes on with what is left. */
  async decideMany(rows: Rows, choice: ChoiceArg): Promise<boolean> {
    if (this.#deciding) return false;
    this.#deciding = true;
    const words = { reason: this.reason.trim(), basis: this.basis.trim() };
    const view = await project.change('decide', { conflicts: [], rows, choice, ...words });
    this.#deciding = false;
    if (!view) return false;
    if (view.undo && this.current) this.#decided.set(view.undo.number, this.current);
    await this.#reload();
    if (this.index === null && this.total.count > 0) await this.selectRow(0);
    else if (this.current) await this.#loadDetail(this.current);
    return true;
  }

  async undo(): Promise<void> {
    await this.#travel('undo', project.view?.undo?.number);
  }

  async redo(): Promise<void> {
    await this.#travel('redo', project.view?.redo?.number);
  }

  async #travel(command: 'undo' | 'redo', operation: number | undefined): Promise<void> {
    if (operation === undefined) return;
    this.#deciding = true;
    const view = await project.change(command, {});
    this.#deciding = false;
    if (!view) return;
    const id = this.#decided.get(operation);
    if (id) this.current = id;
    await this.refresh();
  }

  async #loadDetail(id: string): Promise<void> {
    // Shown at once; the answer differs where something was decided since.
    const known = this.#ahead.get(id);
    this.#ahead.clear();
    if (known) this.detail = known;
    const detail = await project.send('conflict', { id });
    if (this.current !== id) return;
    if (!detail) this.close();
    else if (!known || JSON.stringify(known) !== JSON.stringify(detail)) this.detail = detail;
  }

  /** Asks for the neighbours on the list, so that the map is there as soon as a key is pressed. */
  async #lookAhead(): Promise<void> {
    const { current, index } = this;
    if (index === null) return;
    for (const row of [this.row(index + 1), this.row(index - 1)]) {
      const detail = row && this.current === current ? await project.send('conflict', { id: row.id }) : null;
      if (detail && this.current === current) this.#ahead.set(detail.row.id, detail);
    }
  }

  async #reload(): Promise<void> {
    this.onMoved();
    this.#pages.renew();
    await this.#locate();
  }

  async #locate(): Promise<void> {
    const page = await this.#ask(0, 1, this.current);
    if (page) this.index = this.current ? page.row_of : null;
  }

  async #ask(offset: number, limit: number, locate: string | null): Promise<ConflictPage | null> {
    const { filter, sort, near } = this;
    const page = await project.send('conflicts', { filter, sort, near, offset, limit, locate });
    if (!page || filter !== this.filter || sort !== this.sort || near !== this.near) return null;
    this.listed = filter;
    this.total = page.total;
    this.open = page.open;
    this.loaded = true;
    return page;
  }

  async #fetch(offset: number, limit: number): Promise<ConflictRow[] | null> {
    const page = await this.#ask(offset, limit, null);
    return page?.rows ?? null;
  }

  constructor() {
    this.#pages.onArrival = () => this.drawn++;
  }
}

export const inbox = new Inbox();
