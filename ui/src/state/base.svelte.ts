/** The base map: a file that a planner has chosen, or none. None is what a new window begins with. */
import { host, type BaseView } from '../host';
import { project } from './project.svelte';
import { settings, t } from './settings.svelte';

class Base {
  view = $state.raw<BaseView | null>(null);

  /** Shows the file that was chosen last time, if there is one. */
  async restore(): Promise<void> {
    if (settings.base !== '') await this.show(settings.base);
  }

  async choose(): Promise<void> {
    const [path] = await host.askOpen(t('base.choose'));
    if (path) await this.show(path);
  }

  /** A file that cannot be shown is not asked for again. */
  async show(path: string): Promise<void> {
    const view = await project.send('choose_base', { path });
    this.view = view && view.path !== '' ? view : null;
    settings.base = this.view?.path ?? '';
  }
}

export const base = new Base();
