import { useState } from 'react';

import type { TokenView } from '../../types/dataset';
import { formatCount } from '../../utils/formatters';
import { Button } from './Button';

interface TokenChipsProps {
  readonly tokens: readonly TokenView[];
  readonly label: string;
  /** Called when a token is pressed; left out, tokens are not buttons. */
  readonly onSelectToken?: (position: number) => void;
  /** Whether all tokens have one colour instead of two alternating ones. */
  readonly uniform?: boolean;
}

const INITIAL_COUNT = 400;
const CHIP = 'px-2 py-1 rounded text-sm font-mono whitespace-pre-wrap break-all';

/** Tokens side by side, in alternating colours that show their borders, with the id in the title. */
export function TokenChips({ tokens, label, onSelectToken, uniform = false }: TokenChipsProps) {
  const [showsAll, setShowsAll] = useState(false);
  const shownTokens = showsAll ? tokens : tokens.slice(0, INITIAL_COUNT);
  return (
    <div>
      <ul aria-label={label} className="flex flex-wrap gap-1">
        {shownTokens.map((token, position) => {
          const style = `${CHIP} ${pickColour(token, uniform ? 0 : position)}`;
          return (
            // The position is the key, because a token may occur several times.
            <li key={position} className="flex">
              {onSelectToken === undefined ? (
                <span dir="auto" title={`id ${token.id}`} className={style}>
                  {showWhitespace(token.text)}
                </span>
              ) : (
                <button
                  type="button"
                  dir="auto"
                  title={`id ${token.id}`}
                  onClick={() => onSelectToken(position)}
                  className={`${style} hover:bg-slate-600 text-left`}
                >
                  {showWhitespace(token.text)}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {shownTokens.length < tokens.length && (
        <Button look="link" onClick={() => setShowsAll(true)} className="mt-2">
          Show all {formatCount(tokens.length)} tokens
        </Button>
      )}
    </div>
  );
}

function pickColour({ kind }: TokenView, position: number): string {
  switch (kind) {
    case 'data':
      return position % 2 === 0 ? 'bg-slate-700' : 'bg-slate-800';
    case 'special':
      return 'bg-purple-900 text-purple-200';
    case 'padding':
      return 'bg-slate-900 text-slate-400';
  }
}

/** Show white space as symbols. */
export function showWhitespace(text: string): string {
  return text === '' ? '∅' : text.replaceAll('\n', '↵').replaceAll('\t', '⇥').replaceAll(' ', '·');
}
