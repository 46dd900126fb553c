/** Draws the hatches and marks the style refers to; seamless at any pixel ratio. */
import type { Map as MapLibre } from 'maplibre-gl';
import { mark, markStates } from './marks';
import { stateColor, type Palette } from './palette';

const ratio = 2;

type Paint = (context: CanvasRenderingContext2D, size: number) => void;

function image(size: number, paint: Paint): ImageData | null {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * ratio;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.scale(ratio, ratio);
  paint(context, size);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Diagonal stripes; drawn three times so that the corners meet in the next tile. */
function stripes(context: CanvasRenderingContext2D, size: number, width: number, offset: number): void {
  context.lineWidth = width;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift + offset - 2, size + 2);
    context.lineTo(shift + offset + size + 2, -2);
  }
  context.stroke();
}

function put(map: MapLibre, name: string, size: number, paint: Paint): void {
  const data = image(size, paint);
  if (!data) return;
  if (map.hasImage(name)) map.removeImage(name);
  map.addImage(name, data, { pixelRatio: ratio });
}

/** Hatches of the three states, and the marks of tiny conflicts. */
export function addPatterns(map: MapLibre, palette: Palette): void {
  put(map, 'hatch-open', 8, (context, size) => {
    context.fillStyle = palette.open;
    context.globalAlpha = 0.42;
    context.fillRect(0, 0, size, size);
    context.globalAlpha = 1;
    context.strokeStyle = palette.open;
    stripes(context, size, 2.2, 0);
  });
  put(map, 'hatch-rule', 8, (context) => {
    context.fillStyle = palette.rule;
    context.beginPath();
    context.arc(4, 4, 1.1, 0, Math.PI * 2);
    context.fill();
  });
  put(map, 'hatch-hand', 8, (context, size) => {
    context.strokeStyle = palette.hand;
    stripes(context, size, 1.2, 0);
  });
  for (const state of markStates) {
    for (const sliver of [false, true]) {
      const { path, hollow } = mark(state, sliver);
      put(map, markName(state, sliver), 16, (context) => {
        const shape = new Path2D(path);
        context.lineJoin = 'round';
        context.strokeStyle = palette.casing;
        context.lineWidth = hollow ? 4.5 : 3;
        context.stroke(shape);
        context.fillStyle = hollow ? palette.casing : stateColor(palette, state);
        context.fill(shape);
        context.strokeStyle = stateColor(palette, state);
        context.lineWidth = hollow ? 1.8 : 0.6;
        context.stroke(shape);
      });
    }
  }
}

export function markName(state: string, sliver: boolean): string {
  return `mark-${state}${sliver ? '-sliver' : ''}`;
}

/** The hatch of the current conflict: one stripe per party, in its class colour. */
export function addCurrentHatch(map: MapLibre, colors: readonly string[]): void {
  const bands = colors.length === 0 ? ['#888888'] : colors.slice(0, 4);
  put(map, 'hatch-current', 12, (context, size) => {
    const width = size / bands.length / Math.SQRT2;
    bands.forEach((color, i) => {
      context.strokeStyle = color;
      stripes(context, size, width + 0.3, ((i + 0.5) * size) / bands.length);
    });
  });
}
