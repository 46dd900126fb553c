/**
 * What the window needs from the machine around it. Two hosts offer it: Tauri (the app) and HTTP
 * (a browser in front of the same project, for tests and for work on the UI).
 */
import type { Commands, Problem, Progress } from './api.gen';

export type CommandName = keyof Commands;
export type Request<K extends CommandName> = Commands[K]['request'];
export type Response<K extends CommandName> = Commands[K]['response'];

/** Files held over the window (`over`), let go there (`drop`) or taken away again (`leave`). */
export type FileDrop = { kind: 'over' | 'drop' | 'leave'; paths: string[] };

export type FileKind = 'geojson' | 'gpkg' | 'shp' | 'fgb' | 'parquet' | 'gdb' | 'dxf' | 'txt' | 'lantu' | 'toml' | 'svg' | 'png' | 'xlsx' | 'html' | 'pdf' | 'json';

/** What the program was asked to open when it was started. */
export type AtStart = { demo: true } | { paths: string[] } | null;

export interface Host {
  /** What to open once the window is there. */
  readonly atStart: AtStart;
  /** Answers a command, or throws a {@link Problem}. */
  call<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>>;
  /** Hears how far long work is. */
  onProgress(heard: (progress: Progress) => void): Promise<void>;
  onFileDrop(heard: (drop: FileDrop) => void): Promise<void>;
  /** Asks for files to open; empty if the planner thought better of it. */
  askOpen(title: string): Promise<string[]>;
  /** Asks for a folder whose files are opened; empty if the planner thought better of it. */
  askFolder(title: string): Promise<string[]>;
  /** Asks where to write; `null` if the planner thought better of it. */
  askSave(title: string, name: string, kind: FileKind): Promise<string | null>;
  /** Tile address up to and with the last slash before `{kind}/{revision}/{z}/{x}/{y}`. */
  readonly tiles: string;
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'code' in thrown) {
    const { message } = thrown;
    if (Array.isArray(message)) return thrown as Problem;
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'internal',
    message: [`程序内部出错：${text}`, `Something went wrong inside the program: ${text}`],
    hint: ['已做的裁定都已保存；请重试，仍不行请重新打开程序。', 'Your decisions are saved; try again, or restart the program.'],
  };
}
