import { describe, expect, it } from 'vitest';
import engine from '../../crates/engine/src/finding.rs?raw';
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

/** The text of all that shows words. */
const texts = import.meta.glob<string>('../src/**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true });
const source = Object.entries(texts)
  .filter(([path]) => !/\/i18n\/(zh|en)(-\w+)?\.ts$/.test(path))
  .map(([, text]) => text)
  .join('\n');

describe('the words', () => {
  const literals = new Set([...source.matchAll(/['"`]([a-z0-9-]+(?:\.[a-z0-9-]+)+)['"`]/g)].map((found) => found[1]));
  const begun = [...source.matchAll(/`([a-z0-9-]+\.(?:[a-z0-9-]+\.)*)\$\{/g)].map((found) => found[1] ?? '');

  it('are all used', () => {
    const unused = Object.keys(zh).filter((key) => !literals.has(key) && !begun.some((start) => key.startsWith(start)));
    expect(unused).toEqual([]);
  });

  it('are all there', () => {
    const asked = [...source.matchAll(/\btt?\(\s*'([^']+)'/g)].map((found) => found[1] ?? '');
    expect(asked.filter((key) => !(key in zh))).toEqual([]);
    expect(begun.filter((start) => !Object.keys(zh).some((key) => key.startsWith(start)))).toEqual([]);
  });

  it('name every finding of the engine, and what it means', () => {
    const codes = [...engine.matchAll(/=> "([a-z-]+)"/g)].map((found) => found[1]);
    expect(codes.length).toBeGreaterThan(10);
    for (const code of codes) for (const key of [`finding.${code}`, `finding.${code}.text`]) expect(zh).toHaveProperty([key]);
  });

  it('use full-width punctuation beside Chinese', () => {
    const chinese = /[\u4e00-\u9fff]/;
    for (const [key, text] of Object.entries(zh)) {
      if (chinese.test(text)) expect(text.replace(/\{\w+\}/g, '甲'), key).not.toMatch(/[\u4e00-\u9fff][,:;()!?]|[,:;()!?][\u4e00-\u9fff]/);
    }
  });

  it('call one thing by one word', () => {
    const others = /要素图斑|缝隙|网格|可并存|定夺|证实/;
    for (const [key, text] of Object.entries(zh)) expect(text, key).not.toMatch(others);
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
