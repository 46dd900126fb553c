import { describe, expect, it } from 'vitest';
import type { Scene } from '../src/map/scene';
import { addressNow, style } from '../src/map/style';

const scene: Scene = {
  tiles: 'tiles://localhost/',
  sources: 1,
  revision: 7,
  hasResult: true,
  bounds: [0, 0, 1, 1],
  colors: {},
  hidden: [],
  mode: 'conflicts',
  gaps: false,
  compatible: false,
  current: null,
  draft: [],
  base: null,
  graticule: 'none',
  then: null,
  theme: 'light',
};
const inStyle = (of: Scene) => Object.values(style(of).sources).flatMap((source) => ('tiles' in source ? (source.tiles ?? []) : []));
/** The addresses that are asked for. */
const addresses = (of: Scene) => inStyle(of).map((url) => addressNow(of, url));

describe('the map’s style', () => {
  it('asks nobody but the project, whatever is shown', () => {
    const all: Scene = { ...scene, graticule: 'plane', then: 3, base: { number: 3, minzoom: 0, maxzoom: 5, size: 256, labels: true } };
    for (const shown of [scene, all, { ...all, mode: 'blueprint' as const }, { ...all, mode: 'then' as const }]) {
      expect(addresses(shown).every((address) => address.startsWith('tiles://localhost/'))).toBe(true);
      expect(style(shown).glyphs).toBeUndefined();
    }
  });

  it('has no base map and no graticule until they are wanted', () => {
    expect(Object.keys(style(scene).sources).sort()).toEqual(['blueprint', 'conflicts', 'sources']);
    const base = style({ ...scene, base: { number: 3, minzoom: 0, maxzoom: 5, size: 256, labels: true } });
    expect(base.layers.map(({ id }) => id).slice(0, 3)).toEqual(['ground', 'base', 'labels']);
  });

  it('rings the conflict at hand where it is, until it is wider than the ring', () => {
    const ring = (width: number) => {
      const current = { id: 'c1', bounds: [110, 20, 110 + width, 20] as const, at: [110.5, 20] as const, colors: [] };
      const shown = style({ ...scene, current });
      expect(shown.sources.current).toMatchObject({ type: 'geojson', data: { coordinates: [110.5, 20] } });
      return shown.layers.find(({ id }) => id === 'current-mark')?.maxzoom ?? NaN;
    };
    // 24 of the 512 pixels around the earth at zoom 0.
    expect(ring((24 / 512) * 360)).toBeCloseTo(0);
    expect(ring((24 / 512) * 360 / 1024)).toBeCloseTo(10);
    expect(ring(0)).toBeGreaterThan(20);
  });

  it('gives the conflict at hand tiles of its own, so that no step changes what is asked of the others', () => {
    const at = (id: string) => style({ ...scene, current: { id, bounds: [110, 20, 111, 20], at: [110.5, 20], colors: [] } });
    const others = (of: ReturnType<typeof at>) => of.layers.filter((layer) => 'source' in layer && layer.source === 'conflicts');
    expect(others(at('c1'))).toEqual(others(at('c2')));
    expect(at('c1').sources.conflicts).toEqual(at('c2').sources.conflicts);
    const current = { id: 'c1', bounds: [110, 20, 111, 20] as const, at: [110.5, 20] as const, colors: [] };
    expect(addresses({ ...scene, current })).toContain('tiles://localhost/conflict-c1/1/{z}/{x}/{y}');
    const drawn = at('c2').layers.filter((layer) => 'source' in layer && layer.source === 'conflict');
    expect(drawn.length).toBeGreaterThan(1);
    expect(style(scene).sources.conflict).toBeUndefined();
  });

  it('keeps the addresses of what a decision changes, and asks for it by the number of that change', () => {
    expect(inStyle(scene)).toEqual(inStyle({ ...scene, revision: 8 }));
    expect(addresses(scene)).toContain('tiles://localhost/conflicts/7/{z}/{x}/{y}');
    expect(addresses({ ...scene, revision: 8 })).toContain('tiles://localhost/blueprint/8/{z}/{x}/{y}');
    // Layers are as they were.
    expect(addresses({ ...scene, revision: 8 })).toContain('tiles://localhost/sources/1/{z}/{x}/{y}');
  });

  it('draws what was from what was, and outlines what differs', () => {
    const then = style({ ...scene, mode: 'then', then: 3 });
    expect(then.layers.filter((layer) => 'source' in layer && layer.source === 'blueprint')).toEqual([]);
    expect(then.layers.map(({ id }) => id)).toContain('changed-line');
    expect(addresses({ ...scene, then: 3 }).some((address) => address.endsWith('then/4099/{z}/{x}/{y}'))).toBe(true);
  });
});
