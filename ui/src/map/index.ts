/** The only place that knows MapLibre. */
export { default as MapView } from './MapView.svelte';
export { mark, type Mark } from './marks';
export type { Theme } from './palette';
export type { Bounds, Current, LonLat, MapEvents, MapViewHandle, Mode, Scene, Sight } from './scene';
export { default as SwipeView } from './SwipeView.svelte';
