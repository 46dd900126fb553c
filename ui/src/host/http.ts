/** The host behind a loopback HTTP server: the same project, seen by an ordinary browser. */
import type { Progress } from './api.gen';
import type { Host } from './host';

const pollMs = 250;

export const httpHost: Host = {
  atStart: null,

  async call(name, request) {
    const answer = await fetch(`/call/${name}`, { method: 'POST', body: JSON.stringify(request) });
    const body = await answer.json();
    if (!answer.ok) throw body;
    return body;
  },

  async onProgress(heard) {
    let last = '';
    const ask = async () => {
      const text = await (await fetch('/progress')).text();
      if (text !== last) {
        last = text;
        const progress = JSON.parse(text) as Progress | null;
        if (progress) heard(progress);
      }
    };
    setInterval(() => void ask().catch(() => {}), pollMs);
  },

  // A browser has neither paths of dropped files nor a file dialog for a server's disk.
  async onFileDrop() {},
  async askOpen(title) {
    return (window.prompt(title) ?? '').split(';').filter(Boolean);
  },
  async askSave(title, name) {
    return window.prompt(title, name);
  },

  tiles: `${globalThis.location?.origin ?? ''}/tiles/`,
};
