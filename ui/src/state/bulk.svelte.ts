/**
 * Many conflicts at once: rows chosen in the list, or all that are like the one at hand. Only the
 * filter and the stretches of rows travel, never a hundred thousand ids.
 */
import type { ChoiceArg, ConflictDetail, Rows, Supposed, Tally } from '../host';
import { everything, inbox } from './inbox.svelte';
import { project } from './project.svelte';

type Stretch = [number, number];

class Bulk {
  /** What was chosen in the list. */
  stretches = $state.raw<Stretch[]>([]);
  /** All that are like one conflict. */
  like = $state.raw<Rows | null>(null);
  /** How many are chosen, and how large they are. */
  tally = $state.raw<Tally | null>(null);
  choice = $state.raw<ChoiceArg | null>(null);
  supposed = $state.raw<Supposed | null>(null);

  readonly rows = $derived(this.like ?? (this.stretches.length > 0 ? inbox.rows(this.stretches) : null));
  readonly active = $derived(this.rows !== null);
  /** The classes that may be given to, in the order of the keys 1–9. */
  readonly classes = $derived.by(() => {
    const named = this.rows?.filter.classes ?? [];
    if (named.length > 0) return named;
    return [...new Set((project.view?.layers ?? []).map((layer) => layer.class))];
  });

  #anchor = 0;
  #asked = 0;

  constructor() {
    inbox.onMoved = () => this.clear();
  }

  has(row: number): boolean {
    return this.stretches.some(([first, last]) => row >= first && row <= last);
  }

  clear(): void {
    this.#asked++;
    if (this.stretches.length > 0) this.stretches = [];
    this.like = this.choice = this.supposed = this.tally = null;
  }

  /** Adds a row or takes it away again. */
  async toggle(row: number): Promise<void> {
    if (this.stretches.length === 0 && inbox.index !== null && inbox.index !== row) {
      this.stretches = [[inbox.index, inbox.index]];
    }
    this.#anchor = row;
    const without = this.stretches.flatMap(([first, last]): Stretch[] => {
      const before: Stretch[] = first < row ? [[first, Math.min(last, row - 1)]] : [];
      const after: Stretch[] = last > row ? [[Math.max(first, row + 1), last]] : [];
      return row < first || row > last ? [[first, last]] : [...before, ...after];
    });
    await this.#choose(this.has(row) ? without : [...this.stretches, [row, row]]);
  }

  /** Chooses from where the last choice was to this row. */
  async extend(row: number): Promise<void> {
    const from = this.stretches.length > 0 ? this.#anchor : (inbox.index ?? 0);
    this.#anchor = from;
    await this.#choose([[Math.min(from, row), Math.max(from, row)]]);
  }

  async all(): Promise<void> {
    if (inbox.total.count > 0) await this.#choose([[0, inbox.total.count - 1]]);
  }

  /** Chooses all of the same classes, under the same rule, slivers or not alike, in the same state. */
  async alike({ row, decision }: ConflictDetail): Promise<void> {
    const rule = row.state === 'hand' || row.state === 'compatible' ? '' : decision.rule || '-';
    const classes = [...row.classes].sort();
    const filter = { ...everything, state: row.state, kind: row.kind, sliver: row.sliver, rule, classes };
    this.clear();
    this.like = { filter, sort: 'area', near: null, ranges: [] };
    await this.#count();
  }

  async #choose(stretches: Stretch[]): Promise<void> {
    this.like = this.choice = this.supposed = null;
    this.stretches = stretches;
    await this.#count();
  }

  /** What the list knows already is not asked for. */
  async #count(): Promise<void> {
    const number = ++this.#asked;
    const [first, last] = this.stretches.length === 1 ? (this.stretches[0] ?? []) : [];
    let tally: Tally | undefined;
    if (this.like) {
      tally = (await project.send('conflicts', { ...this.like, offset: 0, limit: 0, locate: null }))?.total;
    } else if (first === 0 && last === inbox.total.count - 1) {
      tally = inbox.total;
    } else {
      return void this.#suppose({ kind: 'open' }).then((found) => (this.tally = found?.applies ?? this.tally));
    }
    if (tally && number === this.#asked) this.tally = tally;
  }

  /** Shows what a choice would change; nothing is decided yet. */
  async try(choice: ChoiceArg): Promise<void> {
    this.choice = choice;
    const found = await this.#suppose(choice);
    if (found) this.supposed = found;
  }

  async #suppose(choice: ChoiceArg): Promise<Supposed | null> {
    const number = ++this.#asked;
    if (!this.rows) return null;
    const found = await project.send('suppose', { conflicts: [], rows: this.rows, choice });
    return number === this.#asked ? found : null;
  }

  async decide(): Promise<void> {
    if (!this.rows || !this.choice || !this.supposed || this.supposed.applies.count === 0) return;
    if (await inbox.decideMany(this.rows, this.choice)) this.clear();
  }
}

export const bulk = new Bulk();
