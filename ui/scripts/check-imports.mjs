// Holds the floor plan: only src/host knows Tauri, only src/map knows MapLibre, and neither knows
// the components. Prints every import that breaks it and exits 1.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src', import.meta.url));
const rules = [
  { what: /^@tauri-apps\//, only: ['host'], why: 'only src/host may know Tauri' },
  { what: /^maplibre-gl/, only: ['map'], why: 'only src/map may know MapLibre' },
  { what: /\/components\//, never: ['host', 'map', 'i18n', 'state'], why: 'only the window knows components' },
  { what: /\/state\//, never: ['host', 'map', 'i18n'], why: 'host, map and words know no state' },
];

const imports = /(?:import|export)[^'"]*?from\s*['"]([^'"]+)['"]|import\s*\(?\s*['"]([^'"]+)['"]/g;
const broken = [];
for (const entry of readdirSync(src, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(ts|svelte|mjs)$/.test(entry.name)) continue;
  const file = join(entry.parentPath ?? entry.path, entry.name);
  const room = relative(src, file).split(sep)[0];
  for (const found of readFileSync(file, 'utf8').matchAll(imports)) {
    const target = found[1] ?? found[2];
    for (const { what, only, never, why } of rules) {
      if (what.test(target) && (only ? !only.includes(room) : never.includes(room))) {
        broken.push(`src/${relative(src, file)}: ${target} (${why})`);
      }
    }
  }
}

for (const line of broken) console.error(line);
if (broken.length > 0) process.exit(1);
console.log('Imports keep to the floor plan.');
