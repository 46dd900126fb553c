/** The door to the machine: `host` is Tauri in the app and HTTP in a browser. */
import { httpHost } from './http';
import type { Host } from './host';
import { tauriHost } from './tauri';

export const host: Host = '__TAURI_INTERNALS__' in globalThis ? tauriHost : httpHost;
export { asProblem } from './host';
export type { AtStart, CommandName, FileDrop, FileKind, Host, Request, Response } from './host';
export type * from './api.gen';
