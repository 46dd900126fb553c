/** Pictures of figures, of tables and of the map, drawn here and written by the project. */
import { host } from '../host';
import { metres } from '../i18n/numbers';
import { project } from './project.svelte';
import { t } from './settings.svelte';

/** The pictures' type; their colours are those of paper, whatever the window's theme. */
export const family = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
export const ink = '#1b2027';
const soft = '#56606d';
/** A point of an SVG becomes so many pixels: 288 dots an inch, as print wants. */
const fine = 3;

export type PictureKind = 'png' | 'svg';

/** Asks where to, and writes a picture that is there as SVG. */
export async function savePicture(title: string, svg: string, kind: PictureKind): Promise<void> {
  await write(title, kind, async () => (kind === 'svg' ? svg : base64(await raster(svg))));
}

/** What stands under a picture of the map. */
export interface MapNote {
  title: string;
  /** Whose the data are. */
  credit: string;
  metresPerPixel: number;
  scale: string;
  crs: string;
  classes: { name: string; color: string }[];
}

/** Asks where to, and writes the map with its legend, scale and north. */
export async function saveMap(drawn: Promise<HTMLCanvasElement>, note: MapNote): Promise<void> {
  await write(t('picture.map.name'), 'png', async () => base64(withNote(await drawn, note)));
}

async function write(title: string, kind: PictureKind, content: () => Promise<string>): Promise<void> {
  const path = await host.askSave(t('picture.title'), `${title.replace(/[\\/:*?"<>|]/g, ' ')}.${kind}`, kind);
  if (!path) return;
  let drawn = '';
  try {
    drawn = await content();
  } catch {
    // Told below: a canvas that gives nothing throws or is empty, as the driver likes.
  }
  if (drawn === '') {
    project.notice = { kind: 'no-picture' };
    return;
  }
  const written = await project.send('write_picture', { path, content: drawn });
  if (written) project.notice = { kind: 'saved-picture', path: written.path };
}

function base64(canvas: HTMLCanvasElement): string {
  return canvas.toDataURL('image/png').split(',')[1] ?? '';
}

async function raster(svg: string): Promise<HTMLCanvasElement> {
  const [, width = '0', height = '0'] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  // Without a size of its own some web views draw an SVG as large as they please.
  const sized = svg.replace('<svg ', `<svg width="${width}" height="${height}" `);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: Number(width) * fine, height: Number(height) * fine });
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const measure = document.createElement('canvas').getContext('2d');

function widthOf(text: string, font: string): number {
  if (!measure) return text.length * 12;
  measure.font = font;
  return measure.measureText(text).width;
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** A table as SVG: columns as wide as they need, numbers to the right. */
export function tablePicture(title: string, head: string[], rows: string[][]): string {
  const font = `12px ${family}`;
  const [gap, line] = [20, 24];
  const wide = head.map((name, i) => Math.ceil(Math.max(...[name, ...rows.map((row) => row[i] ?? '')].map((text) => widthOf(text, font)))));
  const lefts = wide.map((_, i) => 12 + wide.slice(0, i).reduce((sum, width) => sum + width + gap, 0));
  const width = Math.max(widthOf(title, `600 14px ${family}`) + 24, (lefts.at(-1) ?? 0) + (wide.at(-1) ?? 0) + 12);
  const height = 36 + (rows.length + 1) * line + 8;
  const number = (text: string) => /^[−+]?[\d,.]+( %)?$/.test(text);
  const numbers = head.map((_, i) => rows.some((row) => number(row[i] ?? '')));
  const cell = (text: string, i: number, y: number, fill: string) => {
    const [x, anchor] = numbers[i] ? [(lefts[i] ?? 0) + (wide[i] ?? 0), 'end'] : [lefts[i] ?? 0, 'start'];
    return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}">${escaped(text)}</text>`;
  };
  const ruled = (y: number) => `<path d="M12 ${y}H${width - 12}" stroke="#c9ced6"/>`;
  const top = 36 + 16;
  const body = rows.map((row, r) => row.map((text, i) => cell(text, i, top + (r + 1) * line, ink)).join('') + ruled(top + (r + 1) * line + 7));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${height}" style="font: ${font}">`,
    `<rect width="${Math.ceil(width)}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="24" fill="${ink}" style="font: 600 14px ${family}">${escaped(title)}</text>`,
    head.map((name, i) => cell(name, i, top, soft)).join('') + ruled(top + 7),
    ...body,
    '</svg>',
  ].join('');
}

/** The longest round length that fits into so many pixels. */
function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1) * power;
}

/** The map with a white strip below it: title and scale, the legend, and whose the data are. */
function withNote(map: HTMLCanvasElement, note: MapNote): HTMLCanvasElement {
  const dots = window.devicePixelRatio || 1;
  const width = map.width / dots;
  const font = `12px ${family}`;
  const legend = lines(note.classes, (one) => widthOf(one.name, font) + 36, width - 24);
  const credit = lines([...note.credit], (letter) => widthOf(letter, `11px ${family}`), width - 24);
  const strip = 40 + legend.length * 20 + credit.length * 15 + 8;
  const canvas = Object.assign(document.createElement('canvas'), { width: map.width, height: map.height + Math.ceil(strip * dots) });
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  context.drawImage(map, 0, 0);
  context.scale(dots, dots);
  const top = map.height / dots;
  context.fillStyle = '#ffffff';
  context.fillRect(0, top, width, strip);
  north(context, width - 26, 14);
  const text = (words: string, x: number, y: number, style: string, fill: string) => {
    context.font = style;
    context.fillStyle = fill;
    context.fillText(words, x, y);
  };
  text(note.title, 12, top + 25, `600 15px ${family}`, ink);
  scaleBar(context, width, top, note);
  legend.forEach((row, r) => {
    let x = 12;
    for (const { name, color } of row) {
      context.fillStyle = color;
      context.fillRect(x, top + 42 + r * 20, 13, 13);
      text(name, x + 19, top + 53 + r * 20, font, ink);
      x += widthOf(name, font) + 36;
    }
  });
  credit.forEach((row, r) => text(row.join(''), 12, top + 52 + legend.length * 20 + r * 15, `11px ${family}`, soft));
  return canvas;
}

/** Breaks a list into lines of so many pixels. */
function lines<T>(list: readonly T[], width: (one: T) => number, most: number): T[][] {
  const broken: T[][] = [];
  let left = 0;
  for (const one of list) {
    const wide = width(one);
    if (broken.length === 0 || left < wide) {
      broken.push([]);
      left = most;
    }
    broken.at(-1)?.push(one);
    left -= wide;
  }
  return broken;
}

function north(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.fillStyle = 'rgba(255,255,255,0.85)';
  context.fillRect(x - 12, y - 6, 24, 40);
  context.fillStyle = ink;
  context.beginPath();
  context.moveTo(x, y - 2);
  context.lineTo(x + 6, y + 14);
  context.lineTo(x, y + 10);
  context.lineTo(x - 6, y + 14);
  context.fill();
  context.font = `11px ${family}`;
  context.textAlign = 'center';
  context.fillText(t('map.north'), x, y + 28);
  context.textAlign = 'start';
}

function scaleBar(context: CanvasRenderingContext2D, width: number, top: number, note: MapNote): void {
  const length = roundLength(note.metresPerPixel * 140);
  const bar = length / note.metresPerPixel;
  const words = `${length >= 1000 ? `${length / 1000} km` : metres(length)} · ${note.scale} · ${note.crs}`;
  context.font = `12px ${family}`;
  context.fillStyle = ink;
  const right = width - 12;
  const left = right - Math.max(bar, context.measureText(words).width);
  context.fillText(words, left, top + 16);
  context.fillRect(left, top + 24, bar, 3);
  context.fillRect(left, top + 20, 1, 7);
  context.fillRect(left + bar - 1, top + 20, 1, 7);
}
