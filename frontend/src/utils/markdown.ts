/** Markdown as others wrote it, taken apart into blocks; what of it may become an address, and HTML only as its words. */
import { lexer, type MarkedToken, type Token } from 'marked';

const WEB = ['http:', 'https:'];
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][\da-z]{1,31});/gi;
/** A line that begins deep inside quotes and lists, as nobody writes it: read for what it says, it would exhaust the stack. */
const TOO_DEEP = /^[ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*){9,}/gm;
/** What is no text, though it stands between tags. */
const NON_TEXT = 'script, style, template, noscript';

/** The blocks of a text that show something, one after the other. */
export function parseBlocks(markdown: string): readonly MarkedToken[] {
  return asMarkedTokens(lexer(markdown.replace(TOO_DEEP, '> '))).filter(isVisible);
}

function isVisible(block: MarkedToken): boolean {
  return block.type === 'html'
    ? extractText(block.text) !== ''
    : block.type !== 'space' && block.type !== 'def';
}

/** The parts as what they are: without extensions there are no others. */
export function asMarkedTokens(tokens: readonly Token[] = []): readonly MarkedToken[] {
  return tokens as readonly MarkedToken[];
}

/** The blocks that begin within so many characters of the source; one at least. */
export function takeBlocks(blocks: readonly MarkedToken[], characters: number): readonly MarkedToken[] {
  let offset = 0;
  return blocks.filter(({ raw }) => {
    offset += raw.length;
    return offset - raw.length < characters;
  });
}

/** Where a link leads, if that is a page of the web; null for everything else. */
export function toWebAddress(href: string): string | null {
  const address = decodeEntities(href);
  return URL.canParse(address) && WEB.includes(new URL(address).protocol) ? address : null;
}

/** The text with `&amp;` and its like as the characters that they stand for. */
export function decodeEntities(text: string): string {
  return text.replace(ENTITY, (entity) => parseHtml(entity).textContent);
}

/** What a person would read of a piece of HTML. Nothing of it is run, loaded or shown. */
export function extractText(html: string): string {
  const body = parseHtml(html);
  for (const element of body.querySelectorAll(NON_TEXT)) element.remove();
  return body.textContent.replace(/\s+/g, ' ').trim();
}

function parseHtml(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body;
}
