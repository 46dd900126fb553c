/** The map's own colours per theme; class colours come from the rule set. */
export type Theme = 'light' | 'dark';

export interface Palette {
  ground: string;
  /** Borders of features and patches. */
  line: string;
  /** Under outlines, so that they stand out on any class colour. */
  casing: string;
  /** Conflicts nobody decided: no class has this hue. */
  open: string;
  rule: string;
  hand: string;
  /** Classes the rule set does not know. */
  unknown: string;
}

export const palettes: Record<Theme, Palette> = {
  light: {
    ground: '#eef0f2',
    line: '#39424e',
    casing: '#ffffff',
    open: '#e8440a',
    rule: '#5b6675',
    hand: '#1d5fb4',
    unknown: '#9aa3ad',
  },
  dark: {
    ground: '#14181d',
    line: '#c4ccd6',
    casing: '#0c0f13',
    open: '#ff6a2b',
    rule: '#9aa5b3',
    hand: '#6ea8ff',
    unknown: '#6b7480',
  },
};

export function stateColor(palette: Palette, state: string): string {
  if (state === 'open') return palette.open;
  return state === 'hand' ? palette.hand : palette.rule;
}
