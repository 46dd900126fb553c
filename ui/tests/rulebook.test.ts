import { beforeEach, describe, expect, it } from 'vitest';
import type { RuleLine } from '../src/host';
import { rulebook } from '../src/state/rulebook.svelte';

const rule = (id: string): RuleLine => ({
  id,
  enabled: true,
  classes: ['farmland', 'forest'],
  districts: [],
  except_districts: [],
  then: { kind: 'ask' },
  because: ['', ''],
  basis: ['', ''],
  confirmed: false,
  conditions: ['', ''],
  further: '',
});
const ids = () => rulebook.book?.rules.map(({ id }) => id).join(' ');

describe('the draft of the rules', () => {
  beforeEach(() => {
    rulebook.book = { name: ['', ''], classes: [], pairs: [], rules: [rule('R1'), rule('R2'), rule('R3')] };
    rulebook.at = 0;
  });

  it('moves a rule and keeps it at hand; beyond the ends nothing moves', () => {
    rulebook.move(0, 2);
    expect([ids(), rulebook.at]).toEqual(['R2 R3 R1', 2]);
    rulebook.move(2, 3);
    rulebook.move(0, -1);
    expect(ids()).toBe('R2 R3 R1');
  });

  it('gives new rules and copies an id that is free, after the one at hand', () => {
    rulebook.at = 1;
    rulebook.add();
    expect([ids(), rulebook.rule?.id]).toEqual(['R1 R2 R4 R3', 'R4']);
    rulebook.copy();
    expect(ids()).toBe('R1 R2 R4 R5 R3');
    rulebook.remove();
    expect([ids(), rulebook.rule?.id]).toEqual(['R1 R2 R4 R3', 'R3']);
  });

  it('calls a district by its name and code, and by its code alone where it has no name', () => {
    rulebook.districts = [{ code: '460105', name: '秀英区' }, { code: '4601', name: '' }];
    expect(['460105', '4601', '99'].map((code) => rulebook.districtName(code))).toEqual(['秀英区 460105', '4601', '99']);
  });

  it('fills in what another kind of rule needs', () => {
    rulebook.become('give-to');
    expect(rulebook.rule?.then).toEqual({ kind: 'give-to', class: 'farmland' });
    rulebook.become('priority');
    expect(rulebook.rule?.then).toEqual({ kind: 'priority', classes: ['farmland', 'forest'] });
  });

  it('lists a pair once, whichever class is named first, and takes it off the list', () => {
    rulebook.relate(['a', 'b'], true);
    rulebook.relate(['b', 'a'], false);
    expect(rulebook.book?.pairs.map((pair) => pair.compatible)).toEqual([false]);
    rulebook.relate(['b', 'a'], null);
    expect(rulebook.book?.pairs).toEqual([]);
  });
});
