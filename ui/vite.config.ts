import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `LANTU_HOST` points the development server at a host that answers /call, /events and /tiles
// (`cargo run -p lantu-tests --example host`); the window itself never uses it.
const host = process.env.LANTU_HOST ?? 'http://127.0.0.1:5174';

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: {
    port: 5173,
    strictPort: true,
    proxy: { '/call': host, '/events': host, '/tiles': host },
  },
  worker: { format: 'es' },
  build: {
    target: ['es2022', 'safari16'],
    // One map library makes most of it; the file is read from disk, not from a network.
    chunkSizeWarningLimit: 2000,
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
