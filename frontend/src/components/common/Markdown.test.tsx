import { render, screen, within } from '@testing-library/react';

import { findViolations } from '../../test/axe';
import { parseBlocks } from '../../utils/markdown';
import { Markdown } from './Markdown';

function renderMarkdown(markdown: string): HTMLElement {
  return render(<Markdown blocks={parseBlocks(markdown)} />).container;
}

const CARD = `# Tales

Short **tales**, *written* for ~~nobody~~ \`tests\`.  
See [the paper](https://example.org/paper?a=1&amp;b=2) &amp; https://example.org.

## Contents

1. one
2. two
   - nested

- [x] done
- [ ] not done

> said

\`\`\`python
load("tales")  # <b>code</b>
\`\`\`

| split | rows |
|---|---|
| train | \\*9 |

---
![A map](map.png)
`;

it('shows prose, lists, links, headings, tables and code', async () => {
  const container = renderMarkdown(CARD);
  expect(screen.getAllByRole('heading').map(({ tagName, textContent }) => [tagName, textContent])).toEqual([
    ['H4', 'Tales'],
    ['H5', 'Contents'],
  ]);
  expect(screen.getByText('tales').tagName).toBe('STRONG');
  expect(screen.getByText('written').tagName).toBe('EM');
  expect(screen.getByText('nobody').tagName).toBe('DEL');
  expect(screen.getByText('tests').tagName).toBe('CODE');
  expect(screen.getByText(/^Short/)).toHaveTextContent(
    'Short tales, written for nobody tests.See the paper & https://example.org.',
  );
  expect(within(screen.getAllByRole('list')[0] ?? container).getAllByRole('listitem')).toHaveLength(3);
  expect(screen.getByText(/not done/)).toHaveTextContent('☐ not done');
  expect(screen.getByText('said').closest('blockquote')).toBeInTheDocument();
  expect(screen.getByText('load("tales") # <b>code</b>').closest('pre')).toBeInTheDocument();
  expect(screen.getByRole('columnheader', { name: 'split' })).toBeInTheDocument();
  expect(screen.getByRole('cell', { name: '*9' })).toBeInTheDocument();
  expect(screen.getByText('A map')).toBeInTheDocument();
  expect(screen.queryByRole('img')).toBeNull();
  expect(await findViolations(container)).toEqual([]);
});

it('links to web pages without a referrer', () => {
  renderMarkdown('[the paper](https://example.org/paper?a=1&amp;b=2)');
  const link = screen.getByRole('link', { name: 'the paper' });
  expect(link).toHaveAttribute('href', 'https://example.org/paper?a=1&b=2');
  expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  expect(link).toHaveAttribute('target', '_blank');
});

it('names an image-only link by the image’s text, or else by its address', () => {
  renderMarkdown('[![Paper](p.svg)](https://example.org/1) [![](badge.svg)](https://example.org/2)');
  expect(screen.getAllByRole('link').map(({ textContent }) => textContent)).toEqual([
    'Paper',
    'https://example.org/2',
  ]);
});

it('shows the text of HTML', () => {
  const container = renderMarkdown(
    '<p align="center">\n<b>Tales</b> &amp; more\n</p>\n\none<br>two <a href="x">three</a>',
  );
  expect([...container.querySelectorAll('p')].map(({ innerHTML }) => innerHTML)).toEqual([
    'Tales &amp; more',
    'one<br>two three',
  ]);
});

const DEEP = 2_000;

it.each([
  '<script>alert(1)</script>',
  'words <script>alert(1)</script>',
  '<img src="x" onerror="alert(1)">',
  'words <img src=x onerror=alert(1)> <svg onload=alert(1)>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<div onclick="alert(1)" style="position:fixed">over everything</div>',
  '<style>* { display: none }</style><form action="https://evil.example"><input></form>',
  '<a href="javascript:alert(1)">press</a>',
  '[press](javascript:alert(1))',
  '[press](JaVaScRiPt&colon;alert(1))',
  '[press](java&#x73;cript:alert(1))',
  '[press](&#1;javascript:alert(1))',
  '[press](data:text/html,<script>alert(1)</script>)',
  '[press](vbscript:msgbox(1))',
  '[press](file:///etc/passwd) [here](/api/datasets) [there](//evil.example/x) <me@example.org>',
  '![](javascript:alert(1)) ![x](https://evil.example/pixel.png)',
  '`<img src=x onerror=alert(1)>`',
  '| <script>alert(1)</script> |\n|---|\n| [x](javascript:alert(1)) |',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '[ref]\n\n[ref]: javascript:alert(1)',
])('runs, loads and links to nothing unsafe: %s', (markdown) => {
  const container = renderMarkdown(markdown);
  const unsafe =
    'script, style, img, svg, iframe, form, input, a, [onerror], [onload], [onclick], [style], [src]';
  expect(container.querySelectorAll(unsafe)).toHaveLength(0);
});

it.each([
  ['quotes in quotes', '>'.repeat(DEEP)],
  ['lists in lists', '- '.repeat(DEEP / 2)],
  ['brackets', '['.repeat(DEEP)],
  ['stars', '*a '.repeat(DEEP / 3)],
  ['a fence that is never closed', '```\n'.repeat(DEEP / 4)],
])('renders %s', (_what, markdown) => {
  expect(renderMarkdown(markdown)).toBeInTheDocument();
});

it('sets the text direction of each part', () => {
  renderMarkdown('# כותרת\n\nשלום.\n\n- אחד\n\n| שם |\n| --- |\n| ערך |\n');
  for (const text of ['כותרת', 'שלום.', 'אחד', 'שם', 'ערך']) {
    expect(screen.getByText(text).closest('[dir]')).toHaveAttribute('dir', 'auto');
  }
});
