/**
 * The host behind a loopback HTTP server: the same project, seen by an ordinary browser. Tests and work on the UI use
 * it; the app never does, whose page may reach nothing but the app.
 */
import { atStart, chosenByTests, exportedByTests } from './asked';
import type { Progress } from './api.gen';
import type { Host } from './host';

/** Events since a number, and the number to ask from next. */
interface Events {
  next: number;
  events: Progress[];
}

export const httpHost: Host = {
  atStart,

  async call(name, request) {
    const answer = await fetch(`/call/${name}`, { method: 'POST', body: JSON.stringify(request) });
    const body = await answer.json();
    if (!answer.ok) throw body;
    return body;
  },

  async onProgress(heard) {
    // What happened before this page was there is no longer news.
    let { next } = await eventsAfter('now');
    void (async () => {
      for (;;) {
        try {
          // The server answers when there is something to tell, or nothing for a while.
          const told = await eventsAfter(next);
          next = told.next;
          told.events.forEach(heard);
        } catch {
          await new Promise((later) => setTimeout(later, 1000));
        }
      }
    })();
  },

  // A browser has neither paths of dropped files nor a file dialog for a server's disk.
  async onFileDrop() {},
  async askOpen(title) {
    return chosenByTests() ?? (window.prompt(title) ?? '').split(';').filter(Boolean);
  },
  askFolder: (title) => httpHost.askOpen(title),
  async askSave(title, name) {
    return exportedByTests(name) ?? window.prompt(title, name);
  },

  tiles: `${globalThis.location?.origin ?? ''}/tiles/`,
};

async function eventsAfter(number: number | 'now'): Promise<Events> {
  return (await fetch(`/events/${number}`)).json() as Promise<Events>;
}
