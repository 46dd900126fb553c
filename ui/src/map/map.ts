/**
 * The map itself: keeps one MapLibre map equal to the scene it is given. It asks no network, has no
 * glyphs, and tells the outside only places and sizes.
 */
import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibre, Marker, ScaleControl, setWorkerCount, setWorkerUrl, VectorTileSource, type MapMouseEvent } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { palettes } from './palette';
import { addCurrentHatch, addPatterns, addWords, dropWords } from './patterns';
import type { Bounds, LonLat, MapEvents, MapViewHandle, Scene, Sight } from './scene';
import { addressNow, kinds, renewed, style, tileUrl, versionOf } from './style';

setWorkerUrl(workerUrl);
// On two cores the map would take one, and a tile of parcels waits behind all the others.
setWorkerCount(2);

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
  let shown: Scene | null = null;
  let wanted = first;
  let aim: { bounds: Bounds; margin: number } | null = null;
  let underway = false;
  let gone = false;

  const map = open(container, first, events !== null, (url) => addressNow(shown ?? first, url));
  if (!map) {
    events?.failed();
    return null;
  }
  const needle = pinOf();

  const restyle = () => {
    if (wanted.theme !== shown?.theme) {
      addPatterns(map, palettes[wanted.theme]);
      dropWords(map);
    }
    if (wanted.current !== shown?.current) addCurrentHatch(map, wanted.current?.colors ?? []);
    if (shown) readdress(map, shown, wanted);
    map.setStyle(style(wanted), { diff: true });
    shown = wanted;
  };

  const settle = () => {
    underway = false;
    if (gone) return;
    const before = shown;
    const quiet = map.areTilesLoaded();
    if (wanted !== shown) restyle();
    if (aim) fit(map, aim.bounds, aim.margin);
    aim = null;
    // The tiles that come into sight are asked for before the next picture, whose drawing would hold them up.
    map.style._updateSources(map._camera.transform);
    if (before) renewTiles(map, before, wanted, quiet);
  };
  // What comes together is done together: a decision brings another state, another conflict and another place.
  const soon = () => {
    if (underway || !shown) return;
    underway = true;
    setTimeout(settle, 0);
  };

  map.once('style.load', () => {
    restyle();
    if (wanted.bounds && events) fit(map, wanted.bounds, 24);
    if (aim) soon();
  });
  map.on('styleimagemissing', ({ id }) => addWords(map, palettes[wanted.theme], id));
  listen(map, container, events);

  return {
    show(scene) {
      wanted = scene;
      soon();
    },
    fit(bounds, margin) {
      aim = { bounds, margin };
      soon();
    },
    zoom: (by) => map.easeTo({ zoom: map.getZoom() + by, duration: motion(motionMs) }),
    follow: ({ center, zoom }) => map.jumpTo({ center: [center[0], center[1]], zoom }),
    pin(place) {
      if (place) needle.setLngLat([place[0], place[1]]).addTo(map);
      else needle.remove();
    },
    picture: () => picture(map),
    remove() {
      gone = true;
      map.remove();
    },
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

function open(container: HTMLElement, scene: Scene, leads: boolean, address: (url: string) => string): MapLibre | null {
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
      // Tiles come from this machine in a few milliseconds. Kept when they are out of sight they take a gigabyte,
      // and would have to be told of every decision.
      maxTileCacheSize: 0,
      transformRequest: (url) => ({ url: address(url) }),
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

/** Gives sources that are read anew their new address in place, so that the old tiles stay until the new are here. */
function readdress(map: MapLibre, before: Scene, after: Scene): void {
  for (const kind of kinds) {
    const source = map.getSource(kind);
    const url = tileUrl(after, kind);
    if (source instanceof VectorTileSource && tileUrl(before, kind) !== url) source.setTiles([url]);
  }
}

/** Asks again for tiles in sight of what has changed; those that came into sight meanwhile were asked for as they are
 * now. `quiet` says that none was under way when it changed: else that one is asked for again too, after it has come. */
function renewTiles(map: MapLibre, before: Scene, after: Scene, quiet: boolean): void {
  for (const kind of renewed) {
    const tiles = map.style.tileManagers[kind];
    if (!tiles || versionOf(before, kind) === versionOf(after, kind)) continue;
    if (quiet) tiles.refreshTiles(tiles.getVisibleCoordinates().map((at) => at.canonical));
    else tiles.reload(true);
  }
}

function motion(ms: number): number {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ms;
}

function fit(map: MapLibre, [west, south, east, north]: Bounds, margin: number): void {
  const { clientWidth, clientHeight } = map.getContainer();
  const padding = Math.max(0, Math.min(margin, clientWidth / 4, clientHeight / 4));
  // At once: every picture on the way there would ask for tiles that nobody will look at.
  const camera = map.cameraForBounds([west, south, east, north], { padding, maxZoom: 20 });
  if (camera) map.jumpTo(camera);
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
  // Whether all tiles in sight are there, be they drawn or not. After a move the map knows only with its next
  // picture which those are.
  let looked = true;
  const tellTiles = () => {
    const known = kinds.every((kind) => map.getSource(kind)?.loaded() ?? true);
    container.dataset.tiles = looked && known && map.areTilesLoaded() ? 'here' : 'awaited';
  };
  map.on('movestart', () => {
    tellOutside('moving');
    looked = false;
    tellTiles();
  });
  map.on('move', () => {
    tellSight();
    tellOutside('moving');
  });
  map.on('dataloading', () => {
    tellOutside('moving');
    tellTiles();
  });
  map.on('idle', () => tellOutside('idle'));
  map.on('render', () => {
    looked = true;
    tellTiles();
  });
  map.on('sourcedata', tellTiles);
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
