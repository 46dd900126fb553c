import { describe, expect, it } from 'vitest';
import { Pages, pageSize } from '../src/state/pages';

function listOf(total: number) {
  const asked: number[] = [];
  let version = 0;
  const pages = new Pages<string>(async (offset, limit) => {
    asked.push(offset);
    const v = version;
    return Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, k) => `${offset + k}@${v}`);
  });
  return { pages, asked, change: () => version++ };
}

describe('a long list', () => {
  it('fetches only the pages in sight', async () => {
    const { pages, asked } = listOf(700_000);
    expect(await pages.rowSoon(654_321)).toBe('654321@0');
    expect(asked).toEqual([654_300]);
    expect(pages.row(0)).toBeUndefined();
  });

  it('asks for a page once, however often it is wanted', async () => {
    const { pages, asked } = listOf(250);
    pages.want(0, 150);
    pages.want(0, 150);
    await pages.rowSoon(20);
    expect(asked.filter((offset) => offset < 2 * pageSize)).toEqual([0, pageSize]);
  });

  it('asks for the pages before and after those in sight, too', async () => {
    const { pages, asked } = listOf(1000);
    pages.want(320, 330);
    await pages.rowSoon(320);
    expect(asked).toEqual([3 * pageSize, 4 * pageSize, 2 * pageSize]);
    pages.want(510, 520);
    await pages.rowSoon(520);
    expect(asked.slice(3)).toEqual([5 * pageSize, 6 * pageSize]);
  });

  it('keeps the old rows until the new ones are here', async () => {
    const { pages, change } = listOf(250);
    pages.want(0, 99);
    await pages.rowSoon(5);
    change();
    pages.renew();
    expect(pages.row(5)).toBe('5@0');
    expect(await pages.rowSoon(5)).toBe('5@1');
  });

  it('does not take in rows that were asked for before a change', async () => {
    const { pages, change } = listOf(250);
    pages.want(100, 199);
    change();
    pages.renew();
    await new Promise((done) => setTimeout(done));
    expect(pages.row(120)).toBe('120@1');
  });

  it('forgets pages far away', async () => {
    const { pages } = listOf(700_000);
    for (let page = 0; page < 60; page++) await pages.rowSoon(page * pageSize);
    expect(pages.row(0)).toBeUndefined();
    expect(pages.row(59 * pageSize)).toBe('5900@0');
  });
});
