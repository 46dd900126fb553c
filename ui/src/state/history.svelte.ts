/** The record as the panel shows it: page by page, newest first, narrowed by a text. */
import type { ListHistory, OperationView } from '../host';
import { project } from './project.svelte';
import { t } from './settings.svelte';

/** So many operations are fetched at a time. */
const page = 100;
/** What the panel calls by words of its own. */
const kinds = ['slivers', 'rules', 'undo', 'redo', 'give', 'give-class', 'keep-all', 'other-class', 'leave-empty', 'open'] as const;

class Record {
  text = $state('');
  rows = $state.raw<OperationView[]>([]);
  /** How many match, and how many there are. */
  total = $state(0);
  all = $state(0);
  #asked = 0;

  /** Fetches what is shown anew, as many as were shown. */
  async renew(): Promise<void> {
    await this.#fetch(0, Math.max(page, this.rows.length));
  }

  /** Fetches further ones. */
  async more(): Promise<void> {
    if (this.rows.length < this.total) await this.#fetch(this.rows.length, page);
  }

  async find(text: string): Promise<void> {
    this.text = text;
    await this.#fetch(0, page);
  }

  async #fetch(offset: number, limit: number): Promise<void> {
    const number = ++this.#asked;
    const found = await project.send('history', { ...this.#wanted(), offset, limit });
    // A slow early answer must not undo a later one.
    if (!found || number !== this.#asked) return;
    this.rows = offset === 0 ? found.rows : [...this.rows, ...found.rows];
    this.total = found.total;
    this.all = found.all;
  }

  /** The text, and what is called by words that hold it. */
  #wanted(): Pick<ListHistory, 'text' | 'kinds' | 'classes'> {
    const text = this.text.trim().toLowerCase();
    const holds = (words: string) => words.replace(/\{\w+\}/g, '').toLowerCase().includes(text);
    if (text === '') return { text, kinds: [], classes: [] };
    return {
      text,
      kinds: kinds.filter((kind) => holds(t(`history.${kind}`))),
      classes: project.classList().map(({ id }) => id).filter((id) => holds(project.className(id))),
    };
  }
}

export const record = new Record();
