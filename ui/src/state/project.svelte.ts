/**
 * The one copy of the project's state in the window. It is replaced whole by what commands answer
 * and never patched here.
 */
import {
  asProblem,
  host,
  type ClassView,
  type CommandName,
  type ExportManner,
  type KeptLayers,
  type LayerEdit,
  type Problem,
  type Progress,
  type Request,
  type Response,
  type View,
} from '../host';
import { settings } from './settings.svelte';

/** Commands that answer with the new state. */
type Change = { [K in CommandName]: Response<K> extends View ? K : never }[CommandName];

export type Notice =
  | { kind: 'problem'; problem: Problem }
  | { kind: 'no-crs'; problem: Problem; paths: string[] }
  | { kind: 'cancelled' }
  | { kind: 'saved'; path: string }
  | { kind: 'kept'; kept: KeptLayers }
  | { kind: 'recovered'; by: string }
  | { kind: 'saved-picture'; path: string }
  | { kind: 'no-picture' }
  | { kind: 'report'; path: string; proven: boolean }
  | { kind: 'restored'; edits: LayerEdit[]; said: View['said'] }
  | { kind: 'said'; said: View['said'] }
  | { kind: 'written'; what: 'blueprint' | 'conflicts'; path: string; features: number; proven: boolean };

/** Conflicts by their ids, or by their rows on the list. */
export type Chosen = Pick<Request<'write_report'>, 'conflicts' | 'rows'>;

/** The colour of what no rule set and no table names. */
const unknownColor = '#9aa3ad';

class Project {
  view = $state.raw<View | null>(null);
  progress = $state.raw<Progress | null>(null);
  notice = $state.raw<Notice | null>(null);
  /** Whether a command that may take long is under way, before its first progress comes. */
  waiting = $state(false);

  readonly classes = $derived(new Map((this.view?.classes ?? []).map((c) => [c.id, c])));
  readonly isOpen = $derived((this.view?.layers.length ?? 0) > 0);
  readonly busy = $derived(this.waiting || this.progress !== null || (this.view?.running ?? false));

  #asked = 0;
  #answered = 0;
  #opening: string[] = [];
  /** Whether files were opened as further layers: then it is still the project that it was. */
  #adding = false;

  async start(): Promise<void> {
    await host.onProgress((progress) => this.#hear(progress));
    await this.change('view', {});
    // A window that was only loaded again finds its project open.
    if (!host.atStart || this.isOpen) return;
    if ('demo' in host.atStart) await this.changeSlowly('open_demo', {});
    else await this.open(host.atStart.paths);
  }

  /** Opens files; if one does not say its CRS, the planner is asked and they are opened again with it. */
  async open(paths: string[], assume_crs: string | null = null): Promise<void> {
    this.#opening = paths;
    this.#adding = this.isOpen && !paths.some((path) => /\.(toml|lantu)$/i.test(path));
    await this.changeSlowly('open', { paths, assume_crs });
  }

  /** Sends a command; a problem becomes the notice and the answer `null`. */
  async send<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K> | null> {
    try {
      return await host.call(name, request);
    } catch (thrown) {
      this.#fail(asProblem(thrown));
      return null;
    }
  }

  /** Sends a command that changes the project and takes over the state it answers. */
  async change<K extends Change>(name: K, request: Request<K>): Promise<View | null> {
    const number = ++this.#asked;
    const view = (await this.send(name, request)) as View | null;
    // A slow early answer must not undo a later one.
    if (view && number > this.#answered) {
      this.#answered = number;
      const another = view.record !== this.view?.record;
      const told = JSON.stringify(view.said) === JSON.stringify(this.view?.said ?? []);
      this.view = view;
      if (another) this.#remember(view);
      if (view.said.length > 0 && (another || !told)) this.notice = { kind: 'said', said: view.said };
      if (another && view.recovered !== '') this.notice = { kind: 'recovered', by: view.recovered };
      if (another && view.restored.length > 0) this.notice = { kind: 'restored', edits: view.restored, said: view.said };
      if (another && view.shared) this.notice = { kind: 'problem', problem: view.shared };
    }
    return view;
  }

  /** As `change`, for what may take longer than a moment: the window shows that it is at work. */
  async changeSlowly<K extends Change>(name: K, request: Request<K>): Promise<View | null> {
    this.waiting = true;
    this.notice = null;
    const view = await this.change(name, request);
    this.waiting = false;
    // `run` answers at once and ends with an event; everything else has ended now.
    if (!this.view?.running) this.progress = null;
    return view;
  }

  async export(path: string, what: 'blueprint' | 'conflicts', manner: ExportManner): Promise<void> {
    this.waiting = true;
    this.notice = null;
    const written = await this.send('export', { path, what, manner });
    this.waiting = false;
    this.progress = null;
    if (written) this.notice = { kind: 'written', what, ...written };
  }

  async keepLayers(): Promise<void> {
    this.waiting = true;
    this.notice = null;
    const kept = await this.send('keep_layers', {});
    this.waiting = false;
    this.progress = null;
    if (kept) this.notice = { kind: 'kept', kept };
  }

  /** What a class is called; in English it begins with a capital, as it stands alone. */
  className(id: string): string {
    const known = this.classes.get(id);
    if (!known) return id;
    return settings.lang === 'zh' ? known.zh : known.en.charAt(0).toUpperCase() + known.en.slice(1);
  }

  /** Whether a class's name comes from practice and is to be checked. */
  isUnsure(id: string): boolean {
    return this.classes.get(id)?.to_be_checked ?? false;
  }

  classColor(id: string): string {
    return this.classes.get(id)?.color ?? unknownColor;
  }

  /** Layers that nothing was recognised of: their class is their own name, which no rule knows. */
  readonly unrecognised = $derived((this.view?.layers ?? []).filter((layer) => layer.class === layer.name && this.classColor(layer.class) === unknownColor));

  classList(): ClassView[] {
    return this.view?.classes ?? [];
  }

  /** A project made of data files is known by its record, which holds its plan. */
  #remember(view: View): void {
    if (view.record === '' || view.demo || this.#adding) return;
    const files = this.#opening.filter((path) => /\.(toml|lantu)$/i.test(path));
    settings.opened(view.title, files.length > 0 ? files : [view.record]);
  }

  /** Writes a report; of what is drawn, `chosen` says which conflicts, else it is the list's beginning. */
  async report(path: string, list: number, figures: number, chosen: Chosen = { conflicts: [], rows: null }): Promise<void> {
    this.waiting = true;
    this.notice = null;
    const written = await this.send('write_report', { path, language: settings.lang, list, figures, ...chosen });
    this.waiting = false;
    this.progress = null;
    if (written) this.notice = { kind: 'report', ...written };
  }

  #hear(progress: Progress): void {
    if (progress.stage !== 'done' && progress.stage !== 'failed') {
      this.progress = progress;
      return;
    }
    this.progress = null;
    if (progress.problem) this.#fail(progress.problem);
    void this.change('view', {});
  }

  #fail(problem: Problem): void {
    if (problem.code === 'cancelled') this.notice = { kind: 'cancelled' };
    else if (problem.code === 'no-crs') this.notice = { kind: 'no-crs', problem, paths: this.#opening };
    else this.notice = { kind: 'problem', problem };
  }
}

export const project = new Project();
