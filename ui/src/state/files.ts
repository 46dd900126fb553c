/** Opening and exporting: the only work that begins with a dialog. */
import { host, type ExportManner, type FileKind } from '../host';
import { project } from './project.svelte';
import { t } from './settings.svelte';

export async function openFiles(): Promise<void> {
  const paths = await host.askOpen(t('start.open'));
  if (paths.length > 0) await project.open(paths);
}

/** A county's data are a folder: all that can be read in it is opened. */
export async function openFolder(): Promise<void> {
  const paths = await host.askFolder(t('start.folder'));
  if (paths.length > 0) await project.open(paths);
}

export async function openDemo(): Promise<void> {
  await project.changeSlowly('open_demo', {});
}

/** Gives a layer a new file; decisions that still fit go on to hold after the next run. */
export async function replaceLayer(name: string): Promise<void> {
  const [path] = await host.askOpen(t('layers.replace'));
  if (path) await project.changeSlowly('replace_layer', { name, path });
}

/** Copies project and record to another file. */
export async function saveAs(): Promise<void> {
  const path = await host.askSave(t('top.saveas'), `${t('export.name.project')}.lantu`, 'lantu');
  if (!path) return;
  const view = await project.changeSlowly('save_as', { path });
  if (view) project.notice = { kind: 'saved', path };
}

/** Puts blueprint and conflicts into the record, for QGIS. */
export async function keepLayers(): Promise<void> {
  await project.keepLayers();
}

/** How everything is written where nobody says otherwise. */
export const asDocumented: ExportManner = { names: 'lantu', encoding: 'utf-8', only: [], each: false };

export async function exportTo(what: 'blueprint' | 'conflicts', kind: FileKind, manner: ExportManner = asDocumented): Promise<void> {
  const name = `${t(what === 'blueprint' ? 'export.name.blueprint' : 'export.name.conflicts')}.${kind}`;
  const path = await host.askSave(t('export.title'), name, kind);
  if (path) await project.export(path, what, manner);
}

/** Puts text where it can be pasted from. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not every web view lets a page write there by itself.
    const field = Object.assign(document.createElement('textarea'), { value: text });
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}
