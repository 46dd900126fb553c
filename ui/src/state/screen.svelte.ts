/** Which step is on screen, what is laid over it, and where the map looks. */
import type { Bounds, LonLat, Mode, Sight } from '../map';

export type Step = Exclude<Mode, 'then'>;

/** What may be laid over the work: a page of its own. */
export type Page = 'about' | 'rules' | 'slivers' | 'report' | 'figures' | 'base';

class Screen {
  step = $state<Step>('layers');
  page = $state<Page | null>(null);
  keys = $state(false);
  /** The line that is being drawn across a conflict. */
  drawing = $state.raw<LonLat[] | null>(null);
  /** The corners of a box that is being drawn on the map to filter by. */
  box = $state.raw<LonLat[] | null>(null);
  /** Whether the planner is choosing another class. */
  picking = $state(false);
  tab = $state<'inbox' | 'matrix' | 'history'>('inbox');
  /** Whether the blueprint is swiped over the layers, and where the two meet (0 to 1). */
  swipe = $state(false);
  /** Whether the two lie beside each other instead. */
  side = $state(false);
  meet = $state(0.5);
  /** Whether the other of the two is shown for as long as a key is held. */
  blink = $state(false);
  /** Replaced whenever the map shall look somewhere. */
  target = $state.raw<{ bounds: Bounds; margin: number } | null>(null);
  /** A place that is pointed out. */
  pin = $state.raw<LonLat | null>(null);
  sight = $state.raw<Sight | null>(null);
  pointer = $state.raw<LonLat | null>(null);

  /** What the map shows: the present step, or while blinking what it is compared with. */
  readonly mode = $derived<Mode>(!this.blink ? this.step : this.step === 'blueprint' ? 'layers' : 'blueprint');

  go(step: Step): void {
    this.page = null;
    this.picking = false;
    this.drawing = this.box = null;
    this.pin = null;
    this.step = step;
  }

  lookAt(bounds: Bounds, margin: number): void {
    this.target = { bounds, margin };
  }

  /** Points a place out and looks at it. */
  show(place: LonLat): void {
    this.pin = place;
    this.lookAt([place[0], place[1], place[0], place[1]], 0);
  }
}

export const screen = new Screen();
