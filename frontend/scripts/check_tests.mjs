/** Fails where a module of the panel has no test of its own beside it. */
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';

/** Without behaviour of their own: class lists, and the page's first lines. */
const EXEMPT = ['components/common/styles.ts', 'main.tsx'];
const SOURCES = new URL('../src/', import.meta.url);

const modules = readdirSync(SOURCES, { recursive: true })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.|^test\/|^types\/|\.d\.ts$/.test(path))
  .filter((path) => !EXEMPT.includes(path));
const untested = modules.filter(
  (path) =>
    !['.test.ts', '.test.tsx'].some((end) => existsSync(new URL(path.replace(/\.tsx?$/, end), SOURCES))),
);
if (untested.length > 0) {
  throw new Error(`Without a test of their own: ${untested.join(', ')}.`);
}
process.stdout.write(`Each of ${modules.length} modules has a test of its own.\n`);
