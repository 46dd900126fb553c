import { describe, expect, it } from 'vitest';
import { keyGroups, wish } from '../src/state/keys';

const pressed = (key: string, held: Partial<Record<'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey', boolean>> = {}) =>
  wish({ key, ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, ...held });

describe('the keys', () => {
  it('that the list shows all mean something', () => {
    const names: Record<string, string> = { Esc: 'Escape' };
    for (const { press, click } of keyGroups.flatMap(({ keys }) => keys)) {
      if (click) continue;
      const last = press.at(-1) ?? '';
      const held = { ctrlKey: press.includes('Ctrl'), shiftKey: press.includes('Shift') };
      expect(pressed(names[last] ?? last, held), press.join('+')).not.toBeNull();
    }
  });

  it('mean the same with capitals', () => {
    expect(pressed('N')).toBe(pressed('n'));
  });

  it('leave the system its own', () => {
    expect(pressed('n', { altKey: true })).toBeNull();
    expect(pressed('c', { ctrlKey: true })).toBeNull();
  });
});
