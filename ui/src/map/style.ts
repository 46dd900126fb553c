/** The map's style, made from the scene: no glyphs, no sprites, no address but the tiles'. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import { palettes, stateColor, type Palette } from './palette';
import { crowdPrefix, figurePrefix, markName } from './patterns';
import type { Bounds, Scene } from './scene';

/** Beyond it tiles are enlarged: at zoom 18 a tile's grid is 4 cm. */
const maxTileZoom = 18;

export const kinds = ['sources', 'conflicts', 'conflict', 'blueprint', 'then', 'changes', 'degrees', 'plane'] as const;
export type Kind = (typeof kinds)[number];

/** These change with what is decided or at hand. Their addresses stay, so that the map keeps what it has of them
 * until it is told which tiles to ask for again. */
export const renewed: readonly Kind[] = ['conflicts', 'conflict', 'blueprint', 'changes'];

/** What of the tiles' address a kind has: what is asked for, and a number that differs when the answer does. */
export function versionOf(scene: Scene, kind: Kind): string {
  // The conflict at hand has tiles of its own: picked out of the others' by a filter, each step would make
  // the map read all of those again.
  if (kind === 'conflict') return `conflict-${scene.current?.id ?? ''}/${scene.sources}`;
  // What was does not change with decisions, and the graticule with nothing but the layers' place.
  const then = (scene.sources * 4096 + (scene.then ?? 0)) % 2 ** 31;
  return `${kind}/${kind === 'then' ? then : renewed.includes(kind) ? scene.revision : scene.sources}`;
}

const now = (scene: Scene, kind: Kind) => `${scene.tiles}${kind}/now/`;

/** The address of a kind's tiles as the style has it. */
export function tileUrl(scene: Scene, kind: Kind): string {
  const beginning = renewed.includes(kind) ? now(scene, kind) : `${scene.tiles}${versionOf(scene, kind)}/`;
  return `${beginning}{z}/{x}/{y}`;
}

/** The address that is asked for where the style has another one. */
export function addressNow(scene: Scene, url: string): string {
  const kind = renewed.find((kind) => url.startsWith(now(scene, kind)));
  return kind ? `${scene.tiles}${versionOf(scene, kind)}/${url.slice(now(scene, kind).length)}` : url;
}

/** Whether the scene has anything of this kind; asking for it earlier would only fail. */
function wanted(scene: Scene, kind: Kind): boolean {
  if (kind === 'degrees' || kind === 'plane') return scene.graticule === kind;
  if (kind === 'then' || kind === 'changes') return scene.hasResult && scene.then !== null;
  if (kind === 'conflict') return scene.hasResult && scene.mode === 'conflicts' && scene.current !== null;
  return kind === 'sources' ? scene.bounds !== null : scene.hasResult;
}

function classColor(scene: Scene, palette: Palette): ExpressionSpecification | string {
  const pairs = Object.entries(scene.colors).flat();
  if (pairs.length === 0) return palette.unknown;
  return ['match', ['get', 'class'], ...pairs, palette.unknown] as unknown as ExpressionSpecification;
}

function byState(value: (state: string) => string): ExpressionSpecification {
  return ['match', ['get', 'state'], 'open', value('open'), 'hand', value('hand'), value('rule')];
}

const undecided: ExpressionSpecification = ['==', ['get', 'open'], true];

function shownIn(scene: Scene): ExpressionSpecification {
  if (scene.compatible) return ['==', ['get', 'state'], 'compatible'];
  const incompatible: ExpressionSpecification = ['!=', ['get', 'state'], 'compatible'];
  return scene.gaps ? incompatible : ['all', incompatible, ['!=', ['get', 'kind'], 'gap']];
}

function sourceLayers(scene: Scene, palette: Palette): LayerSpecification[] {
  const dim = scene.mode === 'conflicts';
  const filter: FilterSpecification = ['!', ['in', ['get', 'layer'], ['literal', [...scene.hidden]]]];
  const common = { source: 'sources', 'source-layer': 'sources', filter };
  const color = classColor(scene, palette);
  return [
    {
      ...common,
      id: 'sources-fill',
      type: 'fill',
      paint: { 'fill-color': color, 'fill-opacity': dim ? 0.34 : 0.55, 'fill-antialias': false },
    },
    {
      ...common,
      id: 'sources-line',
      type: 'line',
      paint: { 'line-color': color, 'line-width': dim ? 0.6 : 1, 'line-opacity': dim ? 0.6 : 0.95 },
    },
  ];
}

function conflictLayers(scene: Scene, palette: Palette): LayerSpecification[] {
  const common = { source: 'conflicts', 'source-layer': 'conflicts' };
  const shown = shownIn(scene);
  const of = (state: string): FilterSpecification =>
    state === 'rule'
      ? ['all', shown, ['in', ['get', 'state'], ['literal', ['rule', 'compatible']]]]
      : ['all', shown, ['==', ['get', 'state'], state]];
  const fill = (state: string): LayerSpecification => ({
    ...common,
    id: `conflicts-${state}`,
    type: 'fill',
    filter: of(state),
    paint: { 'fill-pattern': `hatch-${state}`, 'fill-opacity': state === 'open' ? 0.95 : 0.7 },
  });
  return [
    fill('rule'),
    fill('hand'),
    fill('open'),
    {
      ...common,
      id: 'conflicts-line',
      type: 'line',
      filter: shown,
      paint: {
        'line-color': byState((state) => stateColor(palette, state)),
        'line-width': ['match', ['get', 'state'], 'open', 1.4, 0.8],
      },
    },
    {
      source: 'conflicts',
      'source-layer': 'markers',
      id: 'conflicts-marks',
      type: 'symbol',
      filter: shown,
      layout: {
        'icon-image': [
          'case',
          ['==', ['get', 'sliver'], true],
          byState((state) => markName(state, true)),
          byState((state) => markName(state, false)),
        ],
        'icon-size': ['match', ['get', 'state'], 'open', 0.8, 0.6],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['match', ['get', 'state'], 'open', 2, 'hand', 1, 0],
      },
    },
    {
      source: 'conflicts',
      'source-layer': 'crowds',
      id: 'conflicts-crowds',
      type: 'symbol',
      // What is looked at by its state is not among the numbers.
      filter: scene.compatible ? false : true,
      layout: {
        'icon-image': ['concat', crowdPrefix, ['get', 'open'], '/', ['get', 'count']],
        'icon-allow-overlap': true,
        'symbol-sort-key': ['get', 'open'],
      },
    },
    ...currentLayers(scene, palette),
  ];
}

/** The ring around the conflict at hand is so many pixels wide; a conflict wider than it needs none. */
const ringWidth = 24;

/** The zoom from which on something is so many pixels wide or high; the map is 512 pixels wide at zoom 0. */
function zoomOfWidth([west, south, east, north]: Bounds, pixels: number): number {
  const degrees = Math.max(east - west, north - south, 1e-7);
  return Math.min(Math.max(Math.log2((pixels * 360) / (512 * degrees)), 0), 24);
}

/** The conflict at hand: hatched and outlined in its parties' colours, above all others. */
function currentLayers(scene: Scene, palette: Palette): LayerSpecification[] {
  const current = scene.current;
  if (!current) return [];
  const common = { source: 'conflict', 'source-layer': 'conflict' };
  const line = (id: string, color: string, width: number, dash?: number[]): LayerSpecification => ({
    ...common,
    id: `current-${id}`,
    type: 'line',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': width, ...(dash ? { 'line-dasharray': dash } : {}) },
  });
  const [first = palette.line, second = first] = current.colors;
  return [
    { ...common, id: 'current-fill', type: 'fill', paint: { 'fill-pattern': 'hatch-current' } },
    line('outer', palette.line, 7),
    line('casing', palette.casing, 5),
    line('first', first, 3.4),
    line('second', second, 3.4, [2, 2]),
    {
      source: 'current',
      id: 'current-mark',
      type: 'circle',
      maxzoom: zoomOfWidth(current.bounds, ringWidth),
      paint: {
        'circle-radius': 11,
        'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': palette.open,
        'circle-stroke-width': 2.5,
      },
    },
  ];
}

/** Lines and figures of the graticule, above everything. */
function graticuleLayers(kind: 'degrees' | 'plane', palette: Palette): LayerSpecification[] {
  return [
    { id: 'graticule-lines', type: 'line', source: kind, 'source-layer': 'lines', paint: { 'line-color': palette.line, 'line-width': 0.8, 'line-opacity': 0.45, 'line-dasharray': [4, 3] } },
    { id: 'graticule-figures', type: 'symbol', source: kind, 'source-layer': 'figures', layout: { 'icon-image': ['concat', figurePrefix, ['get', 'figure']] } },
  ];
}

/** What has changed of the blueprint, outlined. */
function changeLayers(palette: Palette): LayerSpecification[] {
  const common = { source: 'changes', 'source-layer': 'changed' };
  return [
    { ...common, id: 'changed-under', type: 'line', paint: { 'line-color': palette.casing, 'line-width': 5 } },
    { ...common, id: 'changed-line', type: 'line', paint: { 'line-color': palette.hand, 'line-width': 2.5 } },
  ];
}

function blueprintLayers(scene: Scene, palette: Palette): LayerSpecification[] {
  const common = { source: scene.mode === 'then' ? 'then' : 'blueprint', 'source-layer': 'patches' };
  return [
    {
      ...common,
      id: 'patches-fill',
      type: 'fill',
      filter: ['!', undecided],
      paint: { 'fill-color': classColor(scene, palette), 'fill-opacity': 0.82, 'fill-antialias': false },
    },
    { ...common, id: 'patches-open', type: 'fill', filter: undecided, paint: { 'fill-pattern': 'hatch-open' } },
    {
      ...common,
      id: 'patches-line',
      type: 'line',
      paint: {
        'line-color': palette.line,
        'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.15, 13, 0.6, 17, 1],
        'line-opacity': 0.7,
      },
    },
  ];
}

/** The whole style of a scene. MapLibre compares it with the one it has and changes what differs. */
export function style(scene: Scene): StyleSpecification {
  const palette = palettes[scene.theme];
  const sources: StyleSpecification['sources'] = {};
  for (const kind of kinds) {
    if (wanted(scene, kind)) {
      sources[kind] = { type: 'vector', tiles: [tileUrl(scene, kind)], minzoom: 0, maxzoom: maxTileZoom };
    }
  }
  const layers: LayerSpecification[] = [
    { id: 'ground', type: 'background', paint: { 'background-color': palette.ground } },
  ];
  if (scene.base) {
    const { number, minzoom, maxzoom, size, labels } = scene.base;
    for (const id of labels ? ['base', 'labels'] : ['base']) {
      // Another map is another address: pictures of the one before must not stay.
      sources[id] = { type: 'raster', tiles: [`${scene.tiles}${id}/${number}/{z}/{x}/{y}`], tileSize: size, minzoom, maxzoom };
      layers.push({ id, type: 'raster', source: id, paint: { 'raster-fade-duration': 0 } });
    }
  }
  const patches = scene.mode === 'then' ? sources.then : scene.mode === 'blueprint' && sources.blueprint;
  if (sources.sources && (scene.mode === 'layers' || scene.mode === 'conflicts')) layers.push(...sourceLayers(scene, palette));
  if (patches) layers.push(...blueprintLayers(scene, palette));
  if (sources.conflicts && scene.mode === 'conflicts') {
    if (scene.current) {
      const [lon, lat] = scene.current.at;
      sources.current = { type: 'geojson', data: { type: 'Point', coordinates: [lon, lat] } };
    }
    layers.push(...conflictLayers(scene, palette));
  }
  if (patches && sources.changes) layers.push(...changeLayers(palette));
  if (scene.graticule !== 'none') layers.push(...graticuleLayers(scene.graticule, palette));
  if (scene.draft.length > 0) {
    const coordinates = scene.draft.map(([lon, lat]) => [lon, lat]);
    const line = { type: 'LineString' as const, coordinates };
    const points = { type: 'MultiPoint' as const, coordinates };
    const features = [points, ...(coordinates.length > 1 ? [line] : [])].map((geometry) => ({ type: 'Feature' as const, properties: {}, geometry }));
    sources.draft = { type: 'geojson', data: { type: 'FeatureCollection', features } };
    layers.push(
      { id: 'draft-under', type: 'line', source: 'draft', paint: { 'line-color': palette.ground, 'line-width': 5 } },
      { id: 'draft-line', type: 'line', source: 'draft', paint: { 'line-color': palette.line, 'line-width': 2, 'line-dasharray': [3, 2] } },
      { id: 'draft-points', type: 'circle', source: 'draft', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 4, 'circle-color': palette.line, 'circle-stroke-color': palette.ground, 'circle-stroke-width': 2 } },
    );
  }
  // What changes does so at once: a colour that fades into another has the whole map drawn a dozen times.
  return { version: 8, sources, layers, transition: { duration: 0, delay: 0 } };
}
