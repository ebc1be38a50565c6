import { Check, Copy, X } from 'lucide-react';
import { useEffect, useState } from 'react';

import { copyText } from '../../utils/clipboard';

type CopyState = 'idle' | 'copied' | 'failed';

interface CopyButtonProps {
  /** What is copied, for those who do not see where the button stands. */
  readonly label: string;
  /** The text, or how to get it. */
  readonly text: string | (() => Promise<string>);
}

const MESSAGE_MS = 2_000;
const ICONS = { idle: Copy, copied: Check, failed: X } as const;
const MESSAGES = { idle: '', copied: 'Copied', failed: 'Could not be copied' } as const;

/** Copies a text, and says whether that went well. */
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
