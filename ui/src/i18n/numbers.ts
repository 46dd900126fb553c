/** Numbers as planners read them: grouped, tabular, never with more digits than are true. */
import type { Lang } from './words';

const grouped = new Map<number, Intl.NumberFormat>();

/** `value` with thousands grouped and exactly `digits` decimals. */
export function number(value: number, digits = 0): string {
  let format = grouped.get(digits);
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    grouped.set(digits, format);
  }
  return format.format(value);
}

/** Hectares for a column, without the unit: four decimals are whole square metres. */
export function hectares(m2: number, digits = 4): string {
  return number(m2 / 10_000, digits);
}

/** An area with its unit, in the unit that suits its size. */
export function area(m2: number, lang: Lang): string {
  if (Math.abs(m2) >= 1e8) return `${number(m2 / 1e6, 1)} km²`;
  if (Math.abs(m2) >= 1000) return `${number(m2 / 1e4, m2 >= 1e6 ? 1 : 2)} ${lang === 'zh' ? '公顷' : 'ha'}`;
  return `${number(m2, m2 < 100 ? 2 : 0)} m²`;
}

/** A width or length in metres: centimetres below ten metres. */
export function metres(value: number): string {
  return `${number(value, value < 10 ? 2 : value < 100 ? 1 : 0)} m`;
}

/** A share from 0 to 1 in per cent; what is not nothing is never shown as 0 %. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  if (share < 1 && value > 99.9) return '> 99.9 %';
  return `${number(value, value < 10 || value % 1 !== 0 ? 1 : 0)} %`;
}

/** `1:25,000`: the denominator with two or three true digits. */
export function scale(denominator: number): string {
  if (!Number.isFinite(denominator) || denominator <= 0) return '–';
  const step = 10 ** Math.max(0, Math.floor(Math.log10(denominator)) - 2);
  return `1:${number(Math.round(denominator / step) * step)}`;
}

/** Degrees with the hemisphere, six decimals (about 0.1 m). */
export function lonlat([lon, lat]: readonly [number, number]): string {
  const east = `${number(Math.abs(lon), 6)}° ${lon < 0 ? 'W' : 'E'}`;
  const north = `${number(Math.abs(lat), 6)}° ${lat < 0 ? 'S' : 'N'}`;
  return `${east} ${north}`;
}

/** Plane coordinates in metres, millimetres shown. */
export function plane([x, y]: readonly [number, number]): string {
  return `E ${number(x, 3)} N ${number(y, 3)}`;
}

/** An ISO 8601 moment as local date and minute. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A change of hectares with its sign. */
export function signed(m2: number, digits = 4): string {
  return `${m2 < 0 ? '−' : '+'}${hectares(Math.abs(m2), digits)}`;
}
