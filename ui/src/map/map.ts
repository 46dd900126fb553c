/**
 * The map itself: keeps one MapLibre map equal to the scene it is given. It asks no network, has no
 * glyphs, and tells the outside only places and sizes.
 */
import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibre, Marker, ScaleControl, setWorkerUrl, VectorTileSource, type MapMouseEvent } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { palettes } from './palette';
import { addCurrentHatch, addPatterns, addWords, dropWords } from './patterns';
import type { Bounds, LonLat, MapEvents, MapViewHandle, Scene, Sight } from './scene';
import { kinds, style, tileUrl } from './style';

setWorkerUrl(workerUrl);

const pickPixels = 8;
const motionMs = 140;
/** A CSS pixel is 1/96 inch. */
const pixelM = 0.0254 / 96;
const earthM = 40_075_016.686;

export interface MapHandle extends MapViewHandle {
  show(scene: Scene): void;
  fit(bounds: Bounds, margin: number): void;
  /** Looks where another map looks. */
  follow(sight: Sight): void;
  /** Points a place out, or none. */
  pin(place: LonLat | null): void;
  remove(): void;
}

/** Makes a map; without `events` it only follows another one. */
export function createMap(container: HTMLElement, first: Scene, events: MapEvents | null): MapHandle | null {
  const map = open(container, first, events !== null);
  if (!map) {
    events?.failed();
    return null;
  }
  const needle = pinOf();
  let shown: Scene | null = null;
  let wanted = first;

  const apply = () => {
    if (wanted.theme !== shown?.theme) {
      addPatterns(map, palettes[wanted.theme]);
      dropWords(map);
    }
    if (wanted.current !== shown?.current) addCurrentHatch(map, wanted.current?.colors ?? []);
    if (shown) renewTiles(map, shown, wanted);
    map.setStyle(style(wanted), { diff: true });
    shown = wanted;
  };

  map.once('style.load', () => {
    apply();
    if (wanted.bounds && events) fit(map, wanted.bounds, 24, 0);
  });
  map.on('styleimagemissing', ({ id }) => addWords(map, palettes[wanted.theme], id));
  listen(map, container, events);

  return {
    show(scene) {
      wanted = scene;
      if (shown) apply();
    },
    fit: (bounds, margin) => fit(map, bounds, margin, motionMs),
    zoom: (by) => map.easeTo({ zoom: map.getZoom() + by, duration: motion(motionMs) }),
    follow: ({ center, zoom }) => map.jumpTo({ center: [center[0], center[1]], zoom }),
    pin(place) {
      if (place) needle.setLngLat([place[0], place[1]]).addTo(map);
      else needle.remove();
    },
    picture: () => picture(map),
    remove: () => map.remove(),
  };
}

/** Copies the map while it is being drawn: afterwards the graphics driver may keep nothing of it. */
function picture(map: MapLibre): Promise<HTMLCanvasElement> {
  return new Promise((done) => {
    map.once('render', () => {
      const drawn = map.getCanvas();
      const copy = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height });
      copy.getContext('2d')?.drawImage(drawn, 0, 0);
      done(copy);
    });
    map.triggerRepaint();
  });
}

function pinOf(): Marker {
  const element = document.createElement('div');
  element.className = 'pin';
  element.dataset.testid = 'pin';
  return new Marker({ element });
}

function open(container: HTMLElement, scene: Scene, leads: boolean): MapLibre | null {
  try {
    const map = new MapLibre({
      container,
      style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': palettes[scene.theme].ground } }] },
      attributionControl: false,
      interactive: leads,
      dragRotate: false,
      pitchWithRotate: false,
      renderWorldCopies: false,
      fadeDuration: 0,
      // Tiles come from this machine in a few milliseconds; kept for five zooms they take a gigabyte.
      maxTileCacheZoomLevels: 1,
      maxZoom: 23,
      // The window's own keys go through conflicts, not over the map.
      keyboard: false,
    });
    map.touchZoomRotate.disableRotation();
    if (leads) map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left');
    return map;
  } catch {
    return null;
  }
}

/** Gives changed sources their new address in place, so that the old tiles stay until the new are here. */
function renewTiles(map: MapLibre, before: Scene, after: Scene): void {
  for (const kind of kinds) {
    const source = map.getSource(kind);
    const url = tileUrl(after, kind);
    if (source instanceof VectorTileSource && tileUrl(before, kind) !== url) source.setTiles([url]);
  }
}

function motion(ms: number): number {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ms;
}

function fit(map: MapLibre, [west, south, east, north]: Bounds, margin: number, ms: number): void {
  const { clientWidth, clientHeight } = map.getContainer();
  const padding = Math.max(0, Math.min(margin, clientWidth / 4, clientHeight / 4));
  map.fitBounds([west, south, east, north], { padding, maxZoom: 20, duration: motion(ms) });
}

function listen(map: MapLibre, container: HTMLElement, events: MapEvents | null): void {
  const metresPerPixel = () => {
    const latitude = (map.getCenter().lat * Math.PI) / 180;
    return (earthM * Math.cos(latitude)) / (512 * 2 ** map.getZoom());
  };
  const tellSight = () => {
    const metres = metresPerPixel();
    const [b, c] = [map.getBounds(), map.getCenter()];
    events?.sight({
      metresPerPixel: metres,
      scale: metres / pixelM,
      center: [c.lng, c.lat],
      zoom: map.getZoom(),
      bounds: [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()],
    });
  };
  // Whoever looks at the window from outside (tests, assistive tools) reads from these
  // attributes where the map looks and whether it has come to rest.
  const tellOutside = (state: 'moving' | 'idle') => {
    const b = map.getBounds();
    container.dataset.bounds = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].join(',');
    container.dataset.state = state;
  };
  map.on('movestart', () => tellOutside('moving'));
  map.on('move', () => {
    tellSight();
    tellOutside('moving');
  });
  map.on('dataloading', () => tellOutside('moving'));
  map.on('idle', () => tellOutside('idle'));
  // Whether all tiles in sight are there, be they drawn or not.
  map.on('sourcedata', () => (container.dataset.tiles = map.areTilesLoaded() ? 'here' : 'awaited'));
  map.on('load', tellSight);
  map.on('error', (event) => {
    const source = 'sourceId' in event ? event.sourceId : '';
    if (source === 'base' || source === 'labels') events?.baseFailed();
    else console.error(event.error);
  });
  if (!events) return;
  map.on('click', (event: MapMouseEvent) =>
    events.pick([event.lngLat.lng, event.lngLat.lat], metresPerPixel() * pickPixels),
  );
  map.on('mousemove', (event: MapMouseEvent) => events.pointer([event.lngLat.lng, event.lngLat.lat]));
  map.on('mouseout', () => events.pointer(null));
  map.getCanvas().style.cursor = 'crosshair';
}
