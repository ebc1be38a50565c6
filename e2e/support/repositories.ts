/** The repositories of the test Hub, written to disk as a person would upload them, and the rows that are in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Row {
  readonly text: string;
  readonly author: string;
  readonly score: number;
}

export const STORIES = 'acme/stories';
export const NOVELS = 'acme/novels';
export const SECRETS = 'acme/secrets';
export const TOKEN = 'hf_token_of_somebody_with_access';

/** Texts that are easily damaged on their way to the screen; they are spread over the rows. */
const DELICATE = [
  'Once upon a time,\n\n  a story began with two blank lines\tand a tab.  ',
  '<b>Not bold</b> & <script>document.title = "no"</script> &amp; done',
  'Grüße aus Köln — “quotes”, naïve café, Ελληνικά, 中文，日本語',
  'Family 👨‍👩‍👧‍👦 and flag 🇩🇪, combining e\u0301, right-to-left שלום عربي',
  'Zero-width\u200bspace, no-break\u00a0space, soft\u00adhyphen',
  'A very long story. '.repeat(2_000),
];

export function storyRows(split: string, count: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    text: `${split} ${index}: ${DELICATE[index % DELICATE.length] ?? ''}`,
    author: `author-${index % 7}`,
    score: index / 4,
  }));
}

export const TRAIN = storyRows('train', 120);
export const TEST = storyRows('test', 23);

const NOVEL_FILES = 3;
const NOVEL_ROWS = 400;
const NOVEL_TEXT =
  'It was a dark and stormy night; the rain fell in torrents, except at occasional intervals. '.repeat(16);
export const NOVEL_COUNT = NOVEL_FILES * NOVEL_ROWS;

const CARD = `---
license: mit
configs:
- config_name: default
  data_files:
  - split: train
    path: train-*.jsonl
  - split: test
    path: test.jsonl
---
# Stories

Short stories, written for a test.

<p align="center"><img src="https://example.org/pixel.png"> <b>Read</b> them.</p>

## What is in it

- one *story* per row, as \`text\`
- its author, see [the list](https://example.org/authors)

| split | rows |
|---|---|
| train | 120 |
| test | 23 |

\`\`\`sh
head -1 train-00000.jsonl
\`\`\`
`;

export function writeRepositories(root: string): void {
  const stories = folderOf(root, STORIES);
  writeFileSync(path.join(stories, 'README.md'), CARD);
  writeRows(path.join(stories, 'train-00000.jsonl'), TRAIN.slice(0, 60));
  writeRows(path.join(stories, 'train-00001.jsonl'), TRAIN.slice(60));
  writeRows(path.join(stories, 'test.jsonl'), TEST);
  writeRows(path.join(folderOf(root, SECRETS), 'train.jsonl'), novelRows(0));
  for (let file = 0; file < NOVEL_FILES; file += 1) {
    writeRows(path.join(folderOf(root, NOVELS), `train-0000${file}.jsonl`), novelRows(file));
  }
}

function novelRows(file: number): Row[] {
  return Array.from({ length: NOVEL_ROWS }, (_, index) => ({
    text: `Novel ${file * NOVEL_ROWS + index}. ${NOVEL_TEXT}`,
    author: 'author',
    score: 1,
  }));
}

function folderOf(root: string, repository: string): string {
  const folder = path.join(root, repository);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function writeRows(file: string, rows: readonly Row[]): void {
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
