/** Opening and exporting: the only work that begins with a dialog. */
import { host, type FileKind } from '../host';
import { project } from './project.svelte';
import { t } from './settings.svelte';

export async function openFiles(): Promise<void> {
  const paths = await host.askOpen(t('start.open'));
  if (paths.length > 0) await project.open(paths);
}

export async function openDemo(): Promise<void> {
  await project.changeSlowly('open_demo', {});
}

export async function exportTo(what: 'blueprint' | 'conflicts', kind: FileKind): Promise<void> {
  const name = `${t(what === 'blueprint' ? 'export.name.blueprint' : 'export.name.conflicts')}.${kind}`;
  const path = await host.askSave(t('export.title'), name, kind);
  if (path) await project.export(path, what);
}
