/** Markdown as others wrote it, taken apart into blocks; what of it may become an address, and HTML only as its words. */
import { lexer, type MarkedToken, type Token } from 'marked';

const WEB = ['http:', 'https:'];
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][\da-z]{1,31});/gi;
/** A line that begins deep inside quotes and lists, as nobody writes it: read for what it says, it would exhaust the stack. */
const TOO_DEEP = /^[ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*){9,}/gm;
/** What is no text, though it stands between tags. */
const NO_WORDS = 'script, style, template, noscript';

/** The blocks of a text that show something, one after the other. */
export function blocksOf(markdown: string): readonly MarkedToken[] {
  return known(lexer(markdown.replace(TOO_DEEP, '> '))).filter(isSeen);
}

function isSeen(block: MarkedToken): boolean {
  return block.type === 'html' ? wordsOf(block.text) !== '' : block.type !== 'space' && block.type !== 'def';
}

/** The parts as what they are: without extensions there are no others. */
export function known(tokens: readonly Token[] = []): readonly MarkedToken[] {
  return tokens as readonly MarkedToken[];
}

/** The blocks that begin within so many characters of the source; one at least. */
export function firstBlocks(blocks: readonly MarkedToken[], characters: number): readonly MarkedToken[] {
  let before = 0;
  return blocks.filter(({ raw }) => {
    before += raw.length;
    return before - raw.length < characters;
  });
}

/** Where a link leads, if that is a page of the web; null for everything else. */
export function webAddress(href: string): string | null {
  const address = withoutEntities(href);
  return URL.canParse(address) && WEB.includes(new URL(address).protocol) ? address : null;
}

/** The text with `&amp;` and its like as the characters that they stand for. */
export function withoutEntities(text: string): string {
  return text.replace(ENTITY, (entity) => parsed(entity).textContent);
}

/** What a person would read of a piece of HTML. Nothing of it is run, loaded or shown. */
export function wordsOf(html: string): string {
  const body = parsed(html);
  for (const element of body.querySelectorAll(NO_WORDS)) element.remove();
  return body.textContent.replace(/\s+/g, ' ').trim();
}

function parsed(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body;
}
