/** Parses untrusted Markdown into blocks: only web addresses become links, and HTML is reduced to its text. */
import { lexer, type MarkedToken, type Token } from 'marked';

const WEB = ['http:', 'https:'];
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][\da-z]{1,31});/gi;
/** A line nested too deeply in quotes and lists; parsing it could exhaust the stack. */
const TOO_DEEP = /^[ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*){9,}/gm;
/** Elements whose content is not text for readers. */
const NON_TEXT = 'script, style, template, noscript';

/** Parse `markdown` into its visible blocks. */
export function parseBlocks(markdown: string): readonly MarkedToken[] {
  return asMarkedTokens(lexer(markdown.replace(TOO_DEEP, '> '))).filter(isVisible);
}

function isVisible(block: MarkedToken): boolean {
  return block.type === 'html'
    ? extractText(block.text) !== ''
    : block.type !== 'space' && block.type !== 'def';
}

/** Narrow the tokens' type; without extensions there are no other tokens. */
export function asMarkedTokens(tokens: readonly Token[] = []): readonly MarkedToken[] {
  return tokens as readonly MarkedToken[];
}

/** Return the blocks that begin within the first `characters` of the source; at least one. */
export function takeBlocks(blocks: readonly MarkedToken[], characters: number): readonly MarkedToken[] {
  let offset = 0;
  return blocks.filter(({ raw }) => {
    offset += raw.length;
    return offset - raw.length < characters;
  });
}

/** Return a link's address if it is a web page; null for anything else. */
export function toWebAddress(href: string): string | null {
  const address = decodeEntities(href);
  return URL.canParse(address) && WEB.includes(new URL(address).protocol) ? address : null;
}

/** Replace HTML entities such as `&amp;` by their characters. */
export function decodeEntities(text: string): string {
  return text.replace(ENTITY, (entity) => parseHtml(entity).textContent);
}

/** Return the text that a reader sees of a piece of HTML, without running or loading any of it. */
export function extractText(html: string): string {
  const body = parseHtml(html);
  for (const element of body.querySelectorAll(NON_TEXT)) element.remove();
  return body.textContent.replace(/\s+/g, ' ').trim();
}

function parseHtml(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body;
}
