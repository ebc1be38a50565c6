import type { MarkedToken, Token, Tokens } from 'marked';
import type { ReactNode } from 'react';

import { asMarkedTokens, decodeEntities, extractText, toWebAddress } from '../../utils/markdown';

/** Untrusted Markdown: HTML is reduced to its text, images to their alternative text, and links lead to web pages only. */
export function Markdown({ blocks }: { readonly blocks: readonly MarkedToken[] }) {
  return <div className="space-y-3 text-slate-300 break-words">{renderTokens(blocks)}</div>;
}

function renderTokens(tokens: readonly Token[] | undefined): ReactNode {
  return asMarkedTokens(tokens).map((token, index) => <Part key={index} token={token} />);
}

function Part({ token }: { readonly token: MarkedToken }) {
  switch (token.type) {
    case 'heading':
      return <Heading heading={token} />;
    case 'paragraph':
      return <p dir="auto">{renderTokens(token.tokens)}</p>;
    case 'list':
      return <List list={token} />;
    case 'list_item':
      return (
        <li dir="auto" className="space-y-1">
          {renderTokens(token.tokens)}
        </li>
      );
    case 'blockquote':
      return (
        <blockquote className="border-l-2 border-slate-700 pl-4 space-y-3">
          {renderTokens(token.tokens)}
        </blockquote>
      );
    case 'code':
      return (
        <pre className="bg-slate-900 rounded p-3 text-sm font-mono whitespace-pre-wrap">
          <code>{token.text}</code>
        </pre>
      );
    case 'table':
      return <Table table={token} />;
    case 'hr':
      return <hr className="border-slate-700" />;
    case 'html':
      return <Html html={token} />;
    case 'text':
      return token.tokens === undefined ? decodeEntities(token.text) : renderTokens(token.tokens);
    case 'escape':
      return token.text;
    case 'strong':
      return <strong className="font-semibold text-slate-100">{renderTokens(token.tokens)}</strong>;
    case 'em':
      return <em>{renderTokens(token.tokens)}</em>;
    case 'del':
      return <del>{renderTokens(token.tokens)}</del>;
    case 'codespan':
      return <code className="bg-slate-900 rounded px-1 text-sm font-mono">{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link link={token} />;
    case 'image':
      return decodeEntities(token.text);
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'space':
    case 'def':
      return null;
  }
}

/** Headings start at level 4, below those of the page. */
function Heading({ heading }: { readonly heading: Tokens.Heading }) {
  const Level = heading.depth === 1 ? 'h4' : heading.depth === 2 ? 'h5' : 'h6';
  const size = heading.depth === 1 ? 'text-lg' : 'text-base';
  return (
    <Level dir="auto" className={`${size} font-semibold text-slate-100`}>
      {renderTokens(heading.tokens)}
    </Level>
  );
}

function List({ list }: { readonly list: Tokens.List }) {
  return list.ordered ? (
    <ol start={list.start === '' ? 1 : list.start} className="list-decimal pl-6 space-y-1">
      {renderTokens(list.items)}
    </ol>
  ) : (
    <ul className="list-disc pl-6 space-y-1">{renderTokens(list.items)}</ul>
  );
}

function Table({ table }: { readonly table: Tokens.Table }) {
  return (
    <div role="group" aria-label="Table" tabIndex={0} className="overflow-x-auto">
      <table className="text-sm">
        <thead>
          <tr>
            {table.header.map(({ tokens }, index) => (
              <th key={index} dir="auto" className="border border-slate-700 px-2 py-1 text-left">
                {renderTokens(tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map(({ tokens }, column) => (
                <td key={column} dir="auto" className="border border-slate-700 px-2 py-1">
                  {renderTokens(tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A block of HTML becomes its text; an inline tag is dropped, because its text is a token of its own. */
function Html({ html }: { readonly html: Tokens.HTML | Tokens.Tag }) {
  if (!html.block) {
    return /^<br\b/i.test(html.text) ? <br /> : null;
  }
  const text = extractText(html.text);
  return text === '' ? null : <p>{text}</p>;
}

function Link({ link }: { readonly link: Tokens.Link }) {
  const address = toWebAddress(link.href);
  const hasNoText = link.tokens.every(({ type, raw }) => type === 'image' && raw.startsWith('![]'));
  const text = hasNoText ? (address ?? '') : renderTokens(link.tokens);
  return address === null ? (
    text
  ) : (
    <a
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      className="text-emerald-400 underline hover:text-emerald-300"
    >
      {text}
    </a>
  );
}
