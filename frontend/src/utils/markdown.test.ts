import { decodeEntities, extractText, parseBlocks, takeBlocks, toWebAddress } from './markdown';

it('parses a text into blocks', () => {
  expect(parseBlocks('# One\n\ntwo').map(({ type }) => type)).toEqual(['heading', 'paragraph']);
  expect(parseBlocks('\n<!-- a hint -->\n\n[ref]: https://example.org\n')).toEqual([]);
});

it.each(['>', '> ', '- ', '* ', '1. ', '> - '])('does not follow “%s” ever deeper', (mark) => {
  expect(parseBlocks(`${mark.repeat(600)}words`)).toEqual(parseBlocks('> words'));
});

it.each([
  [1, ['one']],
  [3, ['one']],
  [4, ['one', 'two']],
])('takes the blocks that begin within %d characters', (characters, expected) => {
  const blocks = parseBlocks('one\n\ntwo');
  expect(takeBlocks(blocks, characters).map(({ raw }) => raw)).toEqual(expected);
});

it.each([
  ['https://example.org/a?b=1&amp;c=2', 'https://example.org/a?b=1&c=2'],
  ['http://example.org', 'http://example.org'],
  ['javascript:alert(1)', null],
  ['javascript&colon;alert(1)', null],
  ['mailto:me@example.org', null],
  ['//example.org', null],
  ['data/train.csv', null],
  ['', null],
])('maps a link to %s to %s', (href, expected) => {
  expect(toWebAddress(href)).toBe(expected);
});

it.each([
  ['a &amp; b &lt;c&gt; &#39;d&#x27;', "a & b <c> 'd'"],
  ['a < b & c &unknown; 1 && 2', 'a < b & c &unknown; 1 && 2'],
  ['&nbsp;', '\u00a0'],
])('decodes %s as %s', (text, expected) => {
  expect(decodeEntities(text)).toBe(expected);
});

it.each([
  ['<p>one\n <b>two</b></p><!-- three -->', 'one two'],
  ['<script>one()</script><style>p {}</style><template>two</template>', ''],
])('extracts from %s “%s”', (html, expected) => {
  expect(extractText(html)).toBe(expected);
});
