/** Whose data the map shows: said wherever they are shown. */
import { base } from './base.svelte';
import { project } from './project.svelte';
import { tt } from './settings.svelte';

export function credit(): string {
  return [tt(project.view?.note ?? ['', '']), base.view?.attribution ?? ''].filter((words) => words !== '').join(' · ');
}
