import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const BACKEND = 'http://127.0.0.1:8001';

/** Copy Swagger UI next to its page in public/swagger-ui, so that /api/docs needs no other site. */
function swaggerUi(): Plugin {
  const names = [
    'swagger-ui-bundle.js',
    'swagger-ui-bundle.js.LICENSE.txt',
    'swagger-ui.css',
    'LICENSE',
    'NOTICE',
  ];
  return {
    name: 'swagger-ui',
    apply: 'build',
    generateBundle() {
      for (const name of names) {
        const path = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`));
        this.emitFile({ type: 'asset', fileName: `swagger-ui/${name}`, source: readFileSync(path) });
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), swaggerUi()],
  server: {
    host: '127.0.0.1',
    proxy: {
      // The server refuses a foreign Origin, so the proxy sends the server's own.
      '/api': { target: BACKEND, changeOrigin: true, headers: { origin: BACKEND } },
      '/socket.io': { target: BACKEND, changeOrigin: true, ws: true, headers: { origin: BACKEND } },
    },
  },
  build: {
    outDir: '../backend/src/mistudio/web',
    emptyOutDir: true,
    target: 'es2022',
    // Tailwind 4 needs these browsers anyway, and its colours then stay unchanged.
    cssTarget: ['chrome111', 'safari16.4', 'firefox128'],
    reportCompressedSize: true,
    // Inline nothing, because the page's policy allows no data: scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
