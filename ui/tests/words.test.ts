import { describe, expect, it } from 'vitest';
import { area, hectares, lonlat, percent, scale } from '../src/i18n/numbers';
import { en } from '../src/i18n/en';
import { words, type Key } from '../src/i18n/words';
import { zh } from '../src/i18n/zh';

const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe('the two languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  });

  it('have the same blanks in every text', () => {
    for (const key of Object.keys(zh) as Key[]) expect(blanks(en[key]), key).toEqual(blanks(zh[key]));
  });

  it('leave no text empty', () => {
    for (const table of [zh, en]) for (const text of Object.values(table)) expect(text.trim()).not.toBe('');
  });

  it('fill their blanks', () => {
    expect(words('zh', 'bar.progress', { done: 3, total: '1,204' })).toBe('已定 3 / 1,204 处');
  });
});

describe('numbers', () => {
  it('give areas the unit that suits their size', () => {
    expect(area(3.456, 'zh')).toBe('3.46 m²');
    expect(area(123_456, 'zh')).toBe('12.35 公顷');
    expect(area(1_587_000_000, 'en')).toBe('1,587.0 km²');
  });

  it('show whole square metres as four decimals of a hectare', () => {
    expect(hectares(1)).toBe('0.0001');
  });

  it('never show a little as nothing', () => {
    expect(percent(0.00001)).toBe('< 0.1 %');
    expect(percent(0.99999)).toBe('> 99.9 %');
    expect(percent(1)).toBe('100 %');
  });

  it('round scales to what is true', () => {
    expect(scale(25_013)).toBe('1:25,000');
  });

  it('name the hemisphere', () => {
    expect(lonlat([-9.5, 47.1])).toBe('9.500000° W 47.100000° N');
  });
});
