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

/** Names of images that hold words: they are drawn when the map first asks for one. */
export const crowdPrefix = 'crowd:';
export const figurePrefix = 'figure:';

/** Draws the image of this name, if it is one of words. */
export function addWords(map: MapLibre, palette: Palette, name: string): void {
  if (name.startsWith(crowdPrefix)) addCrowd(map, palette, name);
  else if (name.startsWith(figurePrefix)) addFigure(map, palette, name);
}

/** Forgets them, so that they are drawn again in other colours. */
export function dropWords(map: MapLibre): void {
  for (const name of map.listImages()) if (name.startsWith(crowdPrefix) || name.startsWith(figurePrefix)) map.removeImage(name);
}

const font = '600 11px system-ui, sans-serif';

/** A disc with a number: of the open ones, or hollow with all where none is open. */
function addCrowd(map: MapLibre, palette: Palette, name: string): void {
  const [open = 0, count = 0] = name.slice(crowdPrefix.length).split('/').map(Number);
  const text = String(open > 0 ? open : count);
  const size = Math.max(24, 12 + 7 * text.length);
  put(map, name, size, (context) => {
    const color = open > 0 ? palette.open : palette.rule;
    context.beginPath();
    context.arc(size / 2, size / 2, size / 2 - 2, 0, Math.PI * 2);
    context.fillStyle = palette.casing;
    context.fill();
    context.strokeStyle = color;
    context.lineWidth = open > 0 ? 3 : 1.5;
    context.stroke();
    context.font = font;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = palette.line;
    context.fillText(text, size / 2, size / 2 + 0.5);
  });
}

function addFigure(map: MapLibre, palette: Palette, name: string): void {
  const text = name.slice(figurePrefix.length);
  // Wide enough for the widest digits; images are square.
  const size = 10 + 7 * text.length;
  put(map, name, size, (context) => {
    context.font = font;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineWidth = 3.5;
    context.lineJoin = 'round';
    context.strokeStyle = palette.casing;
    context.strokeText(text, size / 2, size / 2);
    context.fillStyle = palette.line;
    context.fillText(text, size / 2, size / 2);
  });
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
