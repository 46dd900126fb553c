/** The keys of the work: one hand on the keyboard, all day. Silent while a planner types. */
import type { ChoiceArg } from '../host';
import type { Key } from '../i18n/words';
import { bulk } from './bulk.svelte';
import { inbox } from './inbox.svelte';
import { measuring } from './measuring.svelte';
import { project } from './project.svelte';
import { screen } from './screen.svelte';
import { settings } from './settings.svelte';
import { splitting } from './splitting.svelte';

/** All keys, as the list of `?` shows them. */
export const keyGroups: { title: Key; keys: { press: string[]; words: Key; click?: boolean }[] }[] = [
  {
    title: 'keys.group.walk',
    keys: [
      { press: ['N'], words: 'keys.next' },
      { press: ['P'], words: 'keys.previous' },
      { press: ['/'], words: 'keys.find' },
      { press: ['Esc'], words: 'keys.escape' },
    ],
  },
  {
    title: 'keys.group.decide',
    keys: [
      { press: ['1', '…', '9'], words: 'keys.give' },
      { press: ['K'], words: 'keys.keep' },
      { press: ['C'], words: 'keys.other' },
      { press: ['E'], words: 'keys.empty' },
      { press: ['D'], words: 'keys.draw' },
      { press: ['0'], words: 'keys.open' },
      { press: ['U'], words: 'keys.undo' },
      { press: ['Shift', 'U'], words: 'keys.redo' },
    ],
  },
  {
    title: 'keys.group.many',
    keys: [
      { press: ['Ctrl'], words: 'keys.toggle', click: true },
      { press: ['Shift'], words: 'keys.range', click: true },
      { press: ['Ctrl', 'A'], words: 'keys.all' },
      { press: ['L'], words: 'keys.like' },
      { press: ['Enter'], words: 'keys.confirm' },
    ],
  },
  {
    title: 'keys.group.look',
    keys: [
      { press: ['B'], words: 'keys.blink' },
      { press: ['S'], words: 'keys.swipe' },
      { press: ['V'], words: 'keys.side' },
      { press: ['G'], words: 'keys.graticule' },
      { press: ['M'], words: 'keys.measure' },
      { press: ['R'], words: 'keys.rules' },
      { press: ['?'], words: 'keys.help' },
    ],
  },
];

const plain: Record<string, string> = {
  n: 'next',
  p: 'previous',
  k: 'keep-all',
  c: 'other',
  e: 'leave-empty',
  d: 'draw',
  0: 'open',
  l: 'like',
  b: 'blink',
  v: 'side',
  g: 'graticule',
  s: 'swipe',
  m: 'measure',
  r: 'rules',
  '/': 'find',
  '?': 'help',
  enter: 'confirm',
  escape: 'escape',
};

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
    if (key === 'a') return 'all';
    return key === 'y' ? 'redo' : null;
  }
  if (key === 'u') return event.shiftKey ? 'redo' : 'undo';
  if (/^[1-9]$/.test(key)) return `give-${key}`;
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
  // A button that has the focus is pressed by Enter, whatever else Enter may mean.
  if (wanted === 'confirm' && event.target instanceof HTMLButtonElement) return;
  if (event.repeat && wanted !== 'next' && wanted !== 'previous') return;
  if (act(wanted)) event.preventDefault();
}

/** A key that is let go ends what lasts only while it is held. */
export function onKeyUp(event: KeyboardEvent): void {
  if (event.key.toLowerCase() === 'b') screen.blink = false;
}

function escape(): true {
  if (screen.keys) screen.keys = false;
  else if (screen.page) screen.page = null;
  else if (screen.picking) screen.picking = false;
  else if (screen.drawing) screen.drawing = null;
  else if (screen.box) screen.box = null;
  else if (measuring.line) measuring.end();
  else if (bulk.active) bulk.clear();
  else if (project.notice) project.notice = null;
  else if (screen.pin) screen.pin = null;
  else inbox.close();
  return true;
}

function act(wanted: string): boolean {
  if (wanted === 'escape') return escape();
  if (wanted === 'help') return run(() => (screen.keys = !screen.keys));
  if (wanted === 'measure' && project.isOpen && !screen.keys && !screen.page) return run(() => measuring.toggle());
  if (wanted === 'graticule' && project.isOpen && !screen.keys && !screen.page) return run(() => nextGraticule());
  if (wanted === 'rules' && project.isOpen && !screen.keys) return run(() => (screen.page = screen.page === 'rules' ? null : 'rules'));
  if (screen.keys || screen.page || project.busy || !project.view?.result) return false;
  if (wanted === 'undo') return run(() => inbox.undo());
  if (wanted === 'redo') return run(() => inbox.redo());
  if (wanted === 'blink') return run(() => (screen.blink = true));
  if (wanted === 'swipe') return run(() => (screen.swipe = !screen.swipe));
  if (wanted === 'side') return run(() => sideBySide());
  if (screen.step !== 'conflicts') return false;
  if (wanted === 'all') return run(() => bulk.all());
  if (wanted === 'find') return find();
  if (screen.tab !== 'inbox') return false;
  return bulk.active ? actOnMany(wanted) : actOnOne(wanted);
}

/** What the keys mean for the conflict at hand. */
function actOnOne(wanted: string): boolean {
  if (wanted === 'next') return run(() => inbox.step(1));
  if (wanted === 'previous') return run(() => inbox.step(-1));
  const detail = inbox.detail;
  if (!detail) return false;
  if (screen.drawing && wanted === 'confirm') return run(() => splitting.cut());
  if (screen.drawing || detail.locked) return false;
  if (wanted === 'draw') return run(() => (screen.drawing = []));
  if (wanted === 'other') return run(() => (screen.picking = true));
  if (wanted === 'like') return run(() => bulk.alike(detail));
  if (wanted.startsWith('give-')) return run(() => inbox.giveTo(Number(wanted.slice('give-'.length))));
  const choice = choiceOf(wanted);
  // A gap has nobody to keep it, and is empty already.
  const gap = detail.row.kind === 'gap';
  if (!choice || (gap && choice.kind === 'keep-all') || (gap && choice.kind === 'open' && detail.row.state !== 'hand')) return false;
  return run(() => inbox.decide(choice));
}

/** What the keys mean while many are chosen: first they only show what would change. */
function actOnMany(wanted: string): boolean {
  if (wanted === 'confirm') return run(() => bulk.decide());
  if (wanted === 'other') return run(() => (screen.picking = true));
  if (wanted.startsWith('give-')) {
    const id = bulk.classes[Number(wanted.slice('give-'.length)) - 1];
    return id !== undefined && run(() => bulk.try({ kind: 'give-to-class', class: id }));
  }
  const choice = choiceOf(wanted);
  return choice !== null && run(() => bulk.try(choice));
}

function choiceOf(wanted: string): ChoiceArg | null {
  return wanted === 'keep-all' || wanted === 'leave-empty' || wanted === 'open' ? { kind: wanted } : null;
}

/** Lays the two beside each other, or only the one there again. */
export function sideBySide(): void {
  screen.side = screen.swipe ? !screen.side : true;
  screen.swipe = screen.side;
}

/** No graticule, degrees, metres of the plane, and from the beginning. */
export function nextGraticule(): void {
  settings.graticule = settings.graticule === 'none' ? 'degrees' : settings.graticule === 'degrees' ? 'plane' : 'none';
}

function find(): boolean {
  const field = document.querySelector<HTMLInputElement>('[data-testid=filter-text]');
  field?.focus();
  return field !== null;
}

function run(work: () => unknown): true {
  void work();
  return true;
}
