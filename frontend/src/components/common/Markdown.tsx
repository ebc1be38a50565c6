import type { MarkedToken, Token, Tokens } from 'marked';
import type { ReactNode } from 'react';

import { known, webAddress, withoutEntities, wordsOf } from '../../utils/markdown';

/** Markdown that strangers wrote: HTML in it is read as its words, a picture as its own, links lead to the web only. */
export function Markdown({ blocks }: { readonly blocks: readonly MarkedToken[] }) {
  return <div className="space-y-3 text-slate-300 break-words">{each(blocks)}</div>;
}

function each(tokens: readonly Token[] | undefined): ReactNode {
  return known(tokens).map((token, index) => <Part key={index} token={token} />);
}

function Part({ token }: { readonly token: MarkedToken }) {
  switch (token.type) {
    case 'heading':
      return <Heading heading={token} />;
    case 'paragraph':
      return <p dir="auto">{each(token.tokens)}</p>;
    case 'list':
      return <List list={token} />;
    case 'list_item':
      return (
        <li dir="auto" className="space-y-1">
          {each(token.tokens)}
        </li>
      );
    case 'blockquote':
      return (
        <blockquote className="border-l-2 border-slate-700 pl-4 space-y-3">{each(token.tokens)}</blockquote>
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
      return token.tokens === undefined ? withoutEntities(token.text) : each(token.tokens);
    case 'escape':
      return token.text;
    case 'strong':
      return <strong className="font-semibold text-slate-100">{each(token.tokens)}</strong>;
    case 'em':
      return <em>{each(token.tokens)}</em>;
    case 'del':
      return <del>{each(token.tokens)}</del>;
    case 'codespan':
      return <code className="bg-slate-900 rounded px-1 text-sm font-mono">{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link link={token} />;
    case 'image':
      return withoutEntities(token.text);
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'space':
    case 'def':
      return null;
  }
}

/** The page's own headings go down to the third level. */
function Heading({ heading }: { readonly heading: Tokens.Heading }) {
  const Level = heading.depth === 1 ? 'h4' : heading.depth === 2 ? 'h5' : 'h6';
  const size = heading.depth === 1 ? 'text-lg' : 'text-base';
  return (
    <Level dir="auto" className={`${size} font-semibold text-slate-100`}>
      {each(heading.tokens)}
    </Level>
  );
}

function List({ list }: { readonly list: Tokens.List }) {
  return list.ordered ? (
    <ol start={list.start === '' ? 1 : list.start} className="list-decimal pl-6 space-y-1">
      {each(list.items)}
    </ol>
  ) : (
    <ul className="list-disc pl-6 space-y-1">{each(list.items)}</ul>
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
                {each(tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map(({ tokens }, column) => (
                <td key={column} dir="auto" className="border border-slate-700 px-2 py-1">
                  {each(tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A block of HTML is its words; a tag within a line is nothing, for the words beside it are parts of their own. */
function Html({ html }: { readonly html: Tokens.HTML | Tokens.Tag }) {
  if (!html.block) {
    return /^<br\b/i.test(html.text) ? <br /> : null;
  }
  const words = wordsOf(html.text);
  return words === '' ? null : <p>{words}</p>;
}

function Link({ link }: { readonly link: Tokens.Link }) {
  const address = webAddress(link.href);
  const wordless = link.tokens.every(({ type, raw }) => type === 'image' && raw.startsWith('![]'));
  const words = wordless ? (address ?? '') : each(link.tokens);
  return address === null ? (
    words
  ) : (
    <a
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      className="text-emerald-400 underline hover:text-emerald-300"
    >
      {words}
    </a>
  );
}
