/** How this planner likes the window: language, theme, sizes of panels. Kept between starts. */
import type { Filter } from '../host';
import { words, half, type Key, type Lang } from '../i18n/words';
import type { Theme } from '../map';

const store = 'lantu.settings';
/** What a base map is taken from. */
export type BaseKind = 'file' | 'tianditu' | 'web';

/** What was typed last for a base map. The key stands here and nowhere else. */
export interface WebBase {
  kind: BaseKind;
  map: 'img' | 'vec' | 'ter';
  labels: boolean;
  key: string;
  address: string;
}

/** So many projects opened last are offered. */
const mostRecent = 8;

/** A filter by a name of the planner's. */
export interface SavedFilter {
  name: string;
  filter: Filter;
}

/** A project that was open: what it was called and what it was opened from. */
export interface Recent {
  title: [string, string];
  paths: string[];
}

interface Kept {
  lang: Lang;
  theme: Theme;
  /** Widths of the panels in pixels. */
  left: number;
  right: number;
  /** The list's height above the detail. */
  list: number;
  /** Whether a decision leads on to the next conflict. */
  advance: boolean;
  graticule: Graticule;
  /** The base map's file; empty for none. */
  base: string;
  web: WebBase;
  filters: SavedFilter[];
  recent: Recent[];
  /** Tips that were dismissed for good. */
  tips: string[];
}

export type Graticule = 'none' | 'degrees' | 'plane';

function kept(): Kept {
  const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false;
  const fallback: Kept = {
    ...{ lang: 'zh', theme: dark ? 'dark' : 'light', left: 280, right: 372, list: 230 },
    ...{ advance: true, graticule: 'none', base: '', filters: [], recent: [], tips: [] },
    web: { kind: 'file', map: 'img', labels: true, key: '', address: '' },
  };
  try {
    return { ...fallback, ...(JSON.parse(localStorage.getItem(store) ?? '{}') as Partial<Kept>) };
  } catch {
    // Spoilt or forbidden storage only loses taste, not work.
    return fallback;
  }
}

class Settings {
  lang = $state<Lang>('zh');
  theme = $state<Theme>('light');
  left = $state(280);
  right = $state(372);
  list = $state(230);
  advance = $state(true);
  graticule = $state<Graticule>('none');
  base = $state('');
  web = $state.raw<WebBase>({ kind: 'file', map: 'img', labels: true, key: '', address: '' });
  filters = $state.raw<SavedFilter[]>([]);
  recent = $state.raw<Recent[]>([]);
  tips = $state.raw<string[]>([]);
  hidden = $state<string[]>([]);

  constructor() {
    Object.assign(this, kept());
  }

  /** Puts language and theme on the page and keeps everything. */
  apply(): void {
    const root = document.documentElement;
    root.lang = this.lang === 'zh' ? 'zh-CN' : 'en';
    root.dataset.theme = this.theme;
    const { lang, theme, left, right, list, advance, graticule, base, web, filters, recent, tips } = this;
    const all: Kept = { lang, theme, left, right, list, advance, graticule, base, web, filters, recent, tips };
    try {
      localStorage.setItem(store, JSON.stringify(all));
    } catch {
      // See `kept`.
    }
  }

  /** Puts a project first among those opened last. */
  opened(title: [string, string], paths: string[]): void {
    const others = this.recent.filter((known) => known.paths.join('\n') !== paths.join('\n'));
    this.recent = [{ title, paths }, ...others].slice(0, mostRecent);
  }

  toggleLayer(name: string): void {
    this.hidden = this.hidden.includes(name) ? this.hidden.filter((n) => n !== name) : [...this.hidden, name];
  }
}

export const settings = new Settings();

/** The words for `key` in the present language. */
export function t(key: Key, blanks?: Record<string, string | number>): string {
  return words(settings.lang, key, blanks);
}

/** The present language's half of a Chinese–English pair. */
export function tt(pair: readonly [string, string]): string {
  return half(settings.lang, pair);
}
