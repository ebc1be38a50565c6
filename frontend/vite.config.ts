import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const BACKEND = 'http://127.0.0.1:8001';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: {
    host: '127.0.0.1',
    proxy: {
      // The server refuses a foreign Origin, so the proxy speaks with the server's own.
      '/api': { target: BACKEND, changeOrigin: true, headers: { origin: BACKEND } },
      '/socket.io': { target: BACKEND, changeOrigin: true, ws: true, headers: { origin: BACKEND } },
    },
  },
  build: {
    outDir: '../backend/src/mistudio/web',
    emptyOutDir: true,
    target: 'es2022',
    // What Tailwind 4 needs anyway: its colours stay as they are written.
    cssTarget: ['chrome111', 'safari16.4', 'firefox128'],
    reportCompressedSize: true,
    // Nothing is inlined: the page runs under a policy that allows no data: scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
