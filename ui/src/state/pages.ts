/**
 * A long list kept as the pages that were looked at. Rows of an older state stay readable until
 * the new ones arrive, so that nothing flickers when a decision changes one row of many.
 */
export const pageSize = 100;
const keptPages = 40;

interface Page<Row> {
  rows: Row[];
  generation: number;
}

export class Pages<Row> {
  onArrival: () => void = () => {};
  #pages = new Map<number, Page<Row>>();
  #underway = new Map<number, Promise<void>>();
  #generation = 0;
  #wanted: [number, number] = [0, 0];
  readonly #fetch: (offset: number, limit: number) => Promise<Row[] | null>;

  /** `fetch` answers `null` if what it was asked for is no longer wanted. */
  constructor(fetch: (offset: number, limit: number) => Promise<Row[] | null>) {
    this.#fetch = fetch;
  }

  row(i: number): Row | undefined {
    return this.#pages.get(Math.floor(i / pageSize))?.rows[i % pageSize];
  }

  /** Makes sure the rows from `first` to `last` are or will be here, and soon those before and after. */
  want(first: number, last: number): void {
    this.#wanted = [Math.floor(Math.max(0, first) / pageSize), Math.floor(Math.max(0, last) / pageSize)];
    for (let page = this.#wanted[0]; page <= this.#wanted[1]; page++) void this.#load(page);
    void this.#load(this.#wanted[1] + 1);
    if (this.#wanted[0] > 0) void this.#load(this.#wanted[0] - 1);
  }

  /** The row as it is now, fetched if need be. */
  async rowSoon(i: number): Promise<Row | undefined> {
    await this.#load(Math.floor(i / pageSize));
    return this.row(i);
  }

  /** All rows are out of date: those in sight are fetched again, the others when wanted. */
  renew(): void {
    this.#generation++;
    this.#underway.clear();
    for (const page of this.#pages.keys()) {
      if (page < this.#wanted[0] || page > this.#wanted[1]) this.#pages.delete(page);
    }
    for (let page = this.#wanted[0]; page <= this.#wanted[1]; page++) void this.#load(page);
  }

  clear(): void {
    this.#generation++;
    this.#underway.clear();
    this.#pages.clear();
    this.#wanted = [0, 0];
    this.onArrival();
  }

  #load(page: number): Promise<void> {
    if (this.#pages.get(page)?.generation === this.#generation) return Promise.resolve();
    let load = this.#underway.get(page);
    if (!load) {
      load = this.#arrive(page, this.#generation);
      this.#underway.set(page, load);
    }
    return load;
  }

  async #arrive(page: number, generation: number): Promise<void> {
    const rows = await this.#fetch(page * pageSize, pageSize);
    if (generation !== this.#generation) return;
    this.#underway.delete(page);
    if (!rows) return;
    this.#pages.set(page, { rows, generation });
    this.#dropFar(page);
    this.onArrival();
  }

  /** Scrolling through a very long list must not fill the memory. */
  #dropFar(near: number): void {
    if (this.#pages.size <= keptPages) return;
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near));
    for (const page of far.slice(0, this.#pages.size - keptPages)) this.#pages.delete(page);
  }
}
