/** The host inside the app. The only module that knows Tauri. */
import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { open, save } from '@tauri-apps/plugin-dialog';
import type { Progress } from './api.gen';
import { atStart, chosenByTests, exportedByTests } from './asked';
import type { FileKind, Host } from './host';

const dataFiles = [
  ...['geojson', 'json', 'geojsonl', 'shp', 'zip', 'gpkg', 'fgb', 'kml', 'kmz', 'gml', 'dxf', 'tab', 'mif', 'parquet'],
  ...['txt', 'csv', 'xlsx', 'xls', 'ods', 'toml', 'lantu', 'mbtiles', 'pmtiles'],
];
const kindNames: Record<FileKind, string> = {
  geojson: 'GeoJSON',
  gpkg: 'GeoPackage',
  shp: 'Shapefile',
  fgb: 'FlatGeobuf',
  parquet: 'GeoParquet',
  gdb: 'File geodatabase',
  dxf: 'DXF',
  txt: 'TXT',
  lantu: 'Lantu',
  toml: 'TOML',
  svg: 'SVG',
  png: 'PNG',
  xlsx: 'Excel',
  html: 'HTML',
  pdf: 'PDF',
  json: 'JSON',
};

export const tauriHost: Host = {
  atStart,

  call: (name, request) => invoke('call', { name, request }),

  async onProgress(heard) {
    await listen<Progress>('progress', (event) => heard(event.payload));
  },

  async onFileDrop(heard) {
    type Payload = { paths?: string[] };
    await listen<Payload>('tauri://drag-enter', (e) => heard({ kind: 'over', paths: e.payload.paths ?? [] }));
    await listen<Payload>('tauri://drag-drop', (e) => heard({ kind: 'drop', paths: e.payload.paths ?? [] }));
    await listen('tauri://drag-leave', () => heard({ kind: 'leave', paths: [] }));
  },

  async askOpen(title) {
    const tested = chosenByTests();
    if (tested) return tested;
    const filters = [{ name: 'Shapefile, GeoPackage, GeoJSON, DXF, KML, TXT, Lantu …', extensions: dataFiles }];
    const chosen = await open({ title, multiple: true, filters });
    return chosen ?? [];
  },

  async askFolder(title) {
    const tested = chosenByTests();
    if (tested) return tested;
    const chosen = await open({ title, directory: true });
    return chosen ? [chosen] : [];
  },

  async askSave(title, name, kind) {
    return exportedByTests(name) ?? save({ title, defaultPath: name, filters: [{ name: kindNames[kind], extensions: [kind] }] });
  },

  // `convertFileSrc('a/b', …)` would encode the slashes, so only the scheme comes from it.
  tiles: '__TAURI_INTERNALS__' in globalThis ? convertFileSrc('', 'tiles') : '',
};
