import { describe, expect, it } from 'vitest';
import { tall, tallest } from '../src/state/tall';

describe('a tall list', () => {
  it('is itself as long as a browser can scroll it', () => {
    const list = tall(733_639 * 28, 300);
    expect(list.height).toBe(733_639 * 28);
    expect(list.seen(12_345)).toBe(12_345);
    expect(list.scrolled(12_345)).toBe(12_345);
  });

  it('shows its last row at the end however long it is, and finds every row', () => {
    for (const rows of [1_100_000, 1_629_268, 9_000_000]) {
      const list = tall(rows * 28, 300);
      expect(list.height).toBeLessThanOrEqual(tallest);
      expect(list.seen(0)).toBe(0);
      expect(list.seen(list.height - 300)).toBeCloseTo(rows * 28 - 300, 3);
      for (const row of [0, 7, rows / 2, rows - 11]) expect(list.seen(list.scrolled(row * 28))).toBeCloseTo(row * 28, 3);
    }
  });
});
