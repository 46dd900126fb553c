/**
 * A list that is taller than a browser can scroll: WebKit counts no further than some 33 million pixels, which is
 * 1.2 million rows. Beyond that a pixel of the scroll bar is more than one of the list.
 */
export const tallest = 30_000_000;

export interface Tall {
  /** How tall the list is for the browser. */
  height: number;
  /** What of the list stands at the upper edge, in pixels from its first row, when so much is scrolled. */
  seen(scrolled: number): number;
  /** How much to scroll for that. */
  scrolled(seen: number): number;
}

/** A list of so many pixels, of which `view` are seen at a time. */
export function tall(pixels: number, view: number): Tall {
  const height = Math.min(pixels, tallest);
  const by = pixels > height ? (pixels - view) / (height - view) : 1;
  return { height, seen: (scrolled) => scrolled * by, scrolled: (seen) => seen / by };
}
