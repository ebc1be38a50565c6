/** Fails where a module of the panel has no test of its own beside it, or a component no words and no picture in docs/components.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { URL } from 'node:url';

/** Without behaviour of their own: class lists, and the page's first lines. */
const EXEMPT = ['components/common/styles.ts', 'main.tsx'];
const SOURCES = new URL('../src/', import.meta.url);
const DESCRIPTIONS = new URL('../../docs/components.md', import.meta.url);
const PICTURES = new URL('../../docs/pictures/', import.meta.url);

const modules = readdirSync(SOURCES, { recursive: true })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|^test\/|^types\/|\.d\.ts$/.test(file))
  .filter((file) => !EXEMPT.includes(file));
const untested = modules.filter(
  (file) =>
    !['.test.ts', '.test.tsx'].some((end) => existsSync(new URL(file.replace(/\.tsx?$/, end), SOURCES))),
);

const descriptions = readFileSync(DESCRIPTIONS, 'utf8');
const headings = descriptions
  .split('\n')
  .filter((line) => line.startsWith('### '))
  .flatMap((line) => line.slice(4).split(', '));
const components = modules.filter((file) => file.endsWith('.tsx')).map((file) => path.basename(file, '.tsx'));
const undescribed = components.filter((name) => !headings.includes(name));
const pictures = readdirSync(PICTURES).map((file) => path.basename(file, '.png'));
const unpictured = components.filter(
  (name) => !pictures.includes(name) || !descriptions.includes(`![${name}](pictures/${name}.png)`),
);
const unused = pictures.filter((name) => !components.includes(name));
const gone = headings.filter((name) => !components.includes(name));

const faults = [
  ...untested.map((file) => `${file} has no test of its own.`),
  ...undescribed.map((name) => `${name} is not described in docs/components.md.`),
  ...unpictured.map((name) => `${name} has no picture in docs/components.md; \`make pictures\` takes them.`),
  ...unused.map((name) => `docs/pictures shows ${name}, which is not there.`),
  ...gone.map((name) => `docs/components.md describes ${name}, which is not there.`),
];
if (faults.length > 0) {
  throw new Error(faults.join('\n'));
}
process.stdout.write(`${modules.length} modules are tested, ${components.length} components described.\n`);
