/** An operation of the record in a few words, for lists and tooltips. */
import type { OperationView } from '../host';
import { project } from './project.svelte';
import { t } from './settings.svelte';

export function describe({ kind, choice }: OperationView): string {
  if (kind === 'undo') return t('history.undo');
  if (kind === 'redo') return t('history.redo');
  if (kind === 'slivers') return t('history.slivers');
  if (kind === 'rules') return t('history.rules');
  if (!choice) return t('history.decide');
  switch (choice.kind) {
    case 'give-to':
      return t('history.give', { layer: choice.layer, fid: choice.fid });
    case 'give-to-class':
      return t('history.give-class', { class: project.className(choice.class) });
    case 'other-class':
      return t('history.other-class', { class: project.className(choice.class) });
    default:
      return t(`history.${choice.kind}`);
  }
}
