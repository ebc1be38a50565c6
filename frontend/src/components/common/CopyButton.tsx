import { Check, Copy, X } from 'lucide-react';
import { useEffect, useState } from 'react';

import { copyText } from '../../utils/clipboard';

type CopyState = 'idle' | 'copied' | 'failed';

interface CopyButtonProps {
  /** The accessible name: what is copied. */
  readonly label: string;
  /** The text, or a function that loads it. */
  readonly text: string | (() => Promise<string>);
}

const MESSAGE_MS = 2_000;
const ICONS = { idle: Copy, copied: Check, failed: X } as const;
const MESSAGES = { idle: '', copied: 'Copied', failed: 'Copy failed' } as const;

/** Copies a text, and shows whether that succeeded. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [state, setState] = useState<CopyState>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), MESSAGE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    try {
      await copyText(typeof text === 'string' ? text : await text());
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  const Icon = ICONS[state];
  return (
    <>
      <button
        type="button"
        aria-label={label}
        title={MESSAGES[state] || label}
        onClick={() => void copy()}
        className="relative text-slate-400 hover:text-slate-200 before:absolute before:-inset-1"
      >
        <Icon className="w-4 h-4" aria-hidden="true" />
      </button>
      <span role="status" className="sr-only">
        {MESSAGES[state]}
      </span>
    </>
  );
}
