/** The rules page: a draft of the rules, what trying it tells, and the way into the record. */
import { host, type DistrictName, type RuleBook, type RuleLine, type RulePair, type RuleRemark, type RulesSupposed, type RuleThen } from '../host';
import { project } from './project.svelte';
import { t } from './settings.svelte';

/** How long a planner may pause between keys before the draft is tried. */
const pause = 350;

class Rulebook {
  /** What is edited; `null` until the rules are read. */
  book = $state<RuleBook | null>(null);
  from = $state('');
  path = $state('');
  remarks = $state.raw<RuleRemark[]>([]);
  supposed = $state.raw<RulesSupposed | null>(null);
  trying = $state(false);
  /** The rule and the pair at hand. */
  at = $state(0);
  pair = $state.raw<[string, string] | null>(null);
  /** The districts that a rule may name. */
  districts = $state.raw<DistrictName[]>([]);
  reason = $state('');
  written = $state('');

  /** The record of the project that the draft is of. */
  record = '';
  /** The rules in force, as text. */
  #inForce = $state('');
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly text = $derived(this.book ? JSON.stringify(this.book) : '');
  readonly changed = $derived(this.book !== null && this.text !== this.#inForce);
  readonly wrong = $derived(this.remarks.filter((remark) => remark.fatal).length);
  readonly rule = $derived<RuleLine | undefined>(this.book?.rules[this.at]);

  /** Reads the rules in force; a draft that is open is given up. */
  async load(): Promise<void> {
    const state = await project.send('rule_state', {});
    if (!state) return;
    this.#take(state.book, state.from, state.path, state.remarks);
    this.districts = state.districts;
    this.#inForce = JSON.stringify(state.book);
    this.record = project.view?.record ?? '';
  }

  /** Tries the draft once the planner pauses. */
  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.try(), pause);
  }

  async try(): Promise<void> {
    if (!this.book) return;
    const number = ++this.#asked;
    this.trying = true;
    const supposed = await project.send('suppose_rules', { book: $state.snapshot(this.book) });
    // A slow early answer must not stand for a later draft.
    if (number !== this.#asked) return;
    this.trying = false;
    if (!supposed) return;
    this.supposed = supposed;
    this.remarks = [...this.remarks.filter((remark) => remark.entry === 'file'), ...supposed.remarks];
  }

  async apply(): Promise<void> {
    if (!this.book) return;
    const book = $state.snapshot(this.book);
    if (await project.change('change_rules', { book, reason: this.reason.trim(), basis: '' })) await this.#again();
  }

  /** Back to the rules that the project was opened with; a step of the record like any other. */
  async drop(): Promise<void> {
    if (await project.change('change_rules', { book: null, reason: this.reason.trim(), basis: '' })) await this.#again();
  }

  async readFile(): Promise<void> {
    const [path] = await host.askOpen(t('rules.import'));
    const state = path ? await project.send('read_rules', { path }) : null;
    if (state) this.#take(state.book, 'import', state.path, state.remarks);
  }

  async writeFile(): Promise<void> {
    if (!this.book) return;
    const path = await host.askSave(t('rules.export'), `${t('rules.title')}.toml`, 'toml');
    const written = path ? await project.send('write_rules', { path, book: $state.snapshot(this.book) }) : null;
    if (written) this.written = written.path;
  }

  /** Moves a rule to another place; it stays at hand. */
  move(from: number, to: number): void {
    const rules = this.book?.rules;
    if (!rules || to < 0 || to >= rules.length || from === to) return;
    const [rule] = rules.splice(from, 1);
    if (rule) rules.splice(to, 0, rule);
    this.at = to;
  }

  add(): void {
    const id = this.#freeId();
    const rule: RuleLine = {
      id,
      enabled: true,
      classes: null,
      districts: [],
      except_districts: [],
      then: { kind: 'ask' },
      because: ['', ''],
      basis: ['', ''],
      confirmed: false,
      conditions: ['', ''],
      further: '',
    };
    this.#insert(rule);
  }

  copy(): void {
    if (this.rule) this.#insert({ ...$state.snapshot(this.rule), id: this.#freeId() });
  }

  remove(): void {
    this.book?.rules.splice(this.at, 1);
    this.at = Math.max(0, Math.min(this.at, (this.book?.rules.length ?? 1) - 1));
  }

  /** Another kind of strategy, with what it needs to be filled in. */
  become(kind: RuleThen['kind']): void {
    if (!this.rule) return;
    const first = this.rule.classes?.[0] ?? project.classList()[0]?.id ?? '';
    if (kind === 'give-to' || kind === 'follow') this.rule.then = { kind, class: first };
    else if (kind === 'priority') this.rule.then = { kind, classes: this.rule.classes ? [...this.rule.classes] : [first] };
    else if (kind === 'latest') this.rule.then = { kind, field: '' };
    else if (kind === 'ranked') this.rule.then = { kind, field: '@layer', values: [] };
    else this.rule.then = { kind };
  }

  entry(a: string, b: string): RulePair | undefined {
    const same = ({ classes: [x, y] }: RulePair) => (x === a && y === b) || (x === b && y === a);
    return this.book?.pairs.find(same);
  }

  /** Lists two classes with a relation, or no longer. */
  relate([a, b]: [string, string], compatible: boolean | null): void {
    if (!this.book) return;
    const listed = this.entry(a, b);
    if (compatible === null) this.book.pairs = this.book.pairs.filter((pair) => pair !== listed);
    else if (listed) listed.compatible = compatible;
    else this.book.pairs.push({ classes: [a, b], compatible, because: ['', ''], basis: ['', ''], confirmed: false });
  }

  /** What a district's code stands for; the code where nobody has named it. */
  districtName(code: string): string {
    const name = this.districts.find((district) => district.code === code)?.name;
    return name ? `${name} ${code}` : code;
  }

  of(entry: string, at: number): RuleRemark[] {
    return this.remarks.filter((remark) => remark.entry === entry && remark.at === at);
  }

  #take(book: RuleBook, from: string, path: string, remarks: RuleRemark[]): void {
    Object.assign(this, { book, from, path, remarks, supposed: null, written: '' });
    this.at = Math.min(this.at, Math.max(0, book.rules.length - 1));
  }

  async #again(): Promise<void> {
    this.reason = '';
    await this.load();
  }

  #insert(rule: RuleLine): void {
    const rules = this.book?.rules;
    if (!rules) return;
    this.at = rules.length === 0 ? 0 : this.at + 1;
    rules.splice(this.at, 0, rule);
  }

  #freeId(): string {
    const taken = new Set(this.book?.rules.map((rule) => rule.id));
    let number = taken.size + 1;
    while (taken.has(`R${number}`)) number++;
    return `R${number}`;
  }
}

export const rulebook = new Rulebook();
