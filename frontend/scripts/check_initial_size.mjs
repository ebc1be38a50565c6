/** Fails if the page's initial JavaScript, gzipped, exceeds its budget: all scripts and preloads of the built page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 130_000;
const WEB = path.resolve(import.meta.dirname, '../../backend/src/mistudio/web');

const page = readFileSync(path.join(WEB, 'index.html'), 'utf8');
const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file);
if (files.length === 0) {
  throw new Error('The built page has no script. Run `npm run build` first.');
}
const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(WEB, file))).length, 0);
const report = `Initial JavaScript: ${(size / 1000).toFixed(1)} of ${BUDGET_BYTES / 1000} KB gzipped.\n`;
process.stdout.write(report);
process.exitCode = size <= BUDGET_BYTES ? 0 : 1;
