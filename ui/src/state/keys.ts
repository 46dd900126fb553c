/** The keys of the work: one hand on the keyboard, all day. Silent while a planner types. */
import { inbox } from './inbox.svelte';
import { project } from './project.svelte';
import { screen } from './screen.svelte';

function types(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** What a key asks for, or `null` if it is not ours. Exported for the tests. */
export function wish(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string | null {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
    return key === 'y' ? 'redo' : null;
  }
  if (key === 'u') return event.shiftKey ? 'redo' : 'undo';
  if (/^[1-9]$/.test(key)) return `give-${key}`;
  const plain: Record<string, string> = { n: 'next', p: 'previous', k: 'keep-all', 0: 'open', escape: 'escape' };
  return plain[key] ?? null;
}

export function onKey(event: KeyboardEvent): void {
  const wanted = wish(event);
  if (!wanted) return;
  if (types(event.target)) {
    // Esc leaves the field, so that the keys work again without the mouse.
    if (wanted === 'escape') (event.target as HTMLElement).blur();
    return;
  }
  if (event.repeat && wanted !== 'next' && wanted !== 'previous') return;
  if (act(wanted)) event.preventDefault();
}

function act(wanted: string): boolean {
  if (wanted === 'escape') {
    if (screen.about) screen.about = false;
    else if (project.notice) project.notice = null;
    else inbox.close();
    return true;
  }
  if (screen.about || project.busy || !project.view?.result) return false;
  if (wanted === 'undo') return run(inbox.undo());
  if (wanted === 'redo') return run(inbox.redo());
  if (screen.step !== 'conflicts') return false;
  if (wanted === 'next') return run(inbox.step(1));
  if (wanted === 'previous') return run(inbox.step(-1));
  if (wanted === 'keep-all') return run(inbox.decide({ kind: 'keep-all' }));
  if (wanted === 'open') return run(inbox.decide({ kind: 'open' }));
  return run(inbox.giveTo(Number(wanted.slice('give-'.length))));
}

function run(work: Promise<void>): true {
  void work;
  return true;
}
