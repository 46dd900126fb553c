/** How this planner likes the window: language, theme, sizes of panels. Kept between starts. */
import { words, half, type Key, type Lang } from '../i18n/words';
import type { Theme } from '../map';

const store = 'lantu.settings';

interface Kept {
  lang: Lang;
  theme: Theme;
  /** Widths of the panels in pixels. */
  left: number;
  right: number;
  /** The list's height above the detail. */
  list: number;
}

function kept(): Kept {
  const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false;
  const fallback: Kept = { lang: 'zh', theme: dark ? 'dark' : 'light', left: 280, right: 372, list: 230 };
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
  hidden = $state<string[]>([]);

  constructor() {
    Object.assign(this, kept());
  }

  /** Puts language and theme on the page and keeps everything. */
  apply(): void {
    const root = document.documentElement;
    root.lang = this.lang === 'zh' ? 'zh-CN' : 'en';
    root.dataset.theme = this.theme;
    const { lang, theme, left, right, list } = this;
    try {
      localStorage.setItem(store, JSON.stringify({ lang, theme, left, right, list } satisfies Kept));
    } catch {
      // See `kept`.
    }
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
