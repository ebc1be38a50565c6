/** Fails if a module has no test next to it, or a component no description or picture in docs/components.md. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { URL } from 'node:url';

/** Modules without behaviour: class lists, and the page's entry point. */
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
const outdated = headings.filter((name) => !components.includes(name));

const problems = [
  ...untested.map((file) => `${file} has no test next to it.`),
  ...undescribed.map((name) => `${name} is not described in docs/components.md.`),
  ...unpictured.map(
    (name) => `${name} has no picture in docs/components.md. Take it with \`make pictures\`.`,
  ),
  ...unused.map((name) => `docs/pictures shows ${name}, which does not exist. Delete the picture.`),
  ...outdated.map(
    (name) => `docs/components.md describes ${name}, which does not exist. Delete its section.`,
  ),
];
if (problems.length > 0) {
  throw new Error(problems.join('\n'));
}
process.stdout.write(`${modules.length} modules are tested, ${components.length} components described.\n`);
