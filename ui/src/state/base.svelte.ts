/**
 * The base map: a file, a server, or none. None is what a new window begins with, and a server is never asked before
 * the planner has said so since the program was started.
 */
import { host, type BaseView, type ChooseBase, type Problem } from '../host';
import { project } from './project.svelte';
import { settings, t } from './settings.svelte';

class Base {
  view = $state.raw<BaseView | null>(null);
  /** What keeps the server from giving pictures. */
  trouble = $state.raw<Problem | null>(null);
  /** Whether a server is being tried. */
  trying = $state(false);
  #shown: ChooseBase = { kind: 'none' };

  /** Shows the file that was chosen last time, if there is one. A server's map is put away: see above. */
  async restore(): Promise<void> {
    await this.show(settings.base === '' ? { kind: 'none' } : { kind: 'file', path: settings.base });
  }

  async chooseFile(): Promise<boolean> {
    const [path] = await host.askOpen(t('base.file.choose'));
    return path !== undefined && this.show({ kind: 'file', path });
  }

  /** Returns whether it is shown now. A file that cannot be shown is not asked for again. */
  async show(choice: ChooseBase): Promise<boolean> {
    this.trying = true;
    const view = await project.send('choose_base', choice);
    this.trying = false;
    if (view) {
      this.#shown = choice;
      this.#take(view, null);
      // What was refused before is settled.
      if (project.notice?.kind === 'problem' && project.notice.problem.code === 'base') project.notice = null;
    }
    settings.base = this.view?.path ?? '';
    return view !== null;
  }

  putAway(): Promise<boolean> {
    return this.show({ kind: 'none' });
  }

  /** Asks the server again for what it did not give. */
  async again(): Promise<void> {
    const tried = this.#shown;
    this.trying = true;
    try {
      this.#take(await host.call('choose_base', tried), null);
    } catch {
      await this.look();
    }
    this.trying = false;
  }

  /** A tile did not come, or another project has come: how does it stand? */
  async look(): Promise<void> {
    const state = await project.send('base_state', {});
    if (state) this.#take(state.view, state.trouble);
  }

  #take(view: BaseView, trouble: Problem | null): void {
    const before = this.view;
    if (before?.number !== view.number) this.view = view.number === 0 ? null : view;
    this.trouble = trouble;
  }
}

export const base = new Base();
