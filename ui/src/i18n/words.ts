/** Looks words up and fills their blanks. Knows no state: the language is an argument. */
import { en } from './en';
import { zh, type Key } from './zh';

export type Lang = 'zh' | 'en';
export type { Key };

const tables: Record<Lang, Record<Key, string>> = { zh, en };

/** The words for `key`, with `{name}` replaced by `blanks.name`. */
export function words(lang: Lang, key: Key, blanks: Record<string, string | number> = {}): string {
  return tables[lang][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(blanks[name] ?? whole));
}

/** The Chinese or the English half of a pair the project sends. */
export function half(lang: Lang, pair: readonly [string, string]): string {
  return lang === 'zh' ? pair[0] : pair[1];
}
