/** What whoever started the page has told it: what to open, and for tests what dialogs answer. */
import type { AtStart } from './host';

declare global {
  interface Window {
    /** What the program was started with. */
    __LANTU_OPEN__?: AtStart;
    /** Where exports go without a dialog (`LANTU_EXPORT_TO`, for tests). */
    __LANTU_EXPORT_TO__?: string;
    /** Set by tests, which cannot drive the system's dialog: what the next one for opening answers. */
    __LANTU_CHOSEN__?: string[];
  }
}

export const atStart: AtStart = globalThis.window?.__LANTU_OPEN__ ?? null;

/** What a test has chosen to open; only where exports are a test's too. */
export function chosenByTests(): string[] | undefined {
  return window.__LANTU_EXPORT_TO__ ? window.__LANTU_CHOSEN__ : undefined;
}

export function exportedByTests(name: string): string | undefined {
  return window.__LANTU_EXPORT_TO__ ? `${window.__LANTU_EXPORT_TO__}/${name}` : undefined;
}
