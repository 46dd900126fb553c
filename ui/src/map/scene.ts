/** What the map is asked to show, and what it tells. */
import type { Theme } from './palette';

export type Mode = 'layers' | 'conflicts' | 'blueprint' | 'then';
export type Bounds = readonly [number, number, number, number];
export type LonLat = readonly [number, number];

export interface Current {
  id: string;
  bounds: Bounds;
  /** A point inside it. */
  at: LonLat;
  /** The parties' class colours, in the order of the keys 1–9. */
  colors: readonly string[];
}

export interface Scene {
  /** Tile address up to `{kind}/…`. */
  tiles: string;
  /** Changes when the layers or a run changed: what was drawn as sources is stale. */
  sources: number;
  /** Changes with every decision. */
  revision: number;
  hasResult: boolean;
  bounds: Bounds | null;
  colors: Readonly<Record<string, string>>;
  hidden: readonly string[];
  mode: Mode;
  /** Whether enclosed gaps are drawn among the conflicts. */
  gaps: boolean;
  /** Whether overlaps of compatible classes are drawn among the conflicts. */
  compatible: boolean;
  current: Current | null;
  /** A line that is being drawn. */
  draft: readonly LonLat[];
  /** Pictures under everything, with names of their own or not; another number is another map. `null` for none. */
  base: { number: number; minzoom: number; maxzoom: number; size: number; labels: boolean } | null;
  /** Lines of even degrees or of even metres of the plane. */
  graticule: 'none' | 'degrees' | 'plane';
  /** The operation that the blueprint is compared with; `null` for none. */
  then: number | null;
  theme: Theme;
}

/** Where the map looks: metres on the ground per CSS pixel, its scale's denominator, its ground. */
export interface Sight {
  metresPerPixel: number;
  scale: number;
  center: LonLat;
  zoom: number;
  bounds: Bounds;
}

/** What the window may ask of a map beyond its scene. */
export interface MapViewHandle {
  zoom(by: number): void;
  /** The map as it is drawn now. */
  picture(): Promise<HTMLCanvasElement>;
}

export interface MapEvents {
  pick(at: LonLat, toleranceM: number): void;
  pointer(at: LonLat | null): void;
  sight(sight: Sight): void;
  failed(): void;
  /** A picture of the base map did not come. */
  baseFailed(): void;
}
