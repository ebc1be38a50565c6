import { useEffect, useRef } from 'react';

import { ErrorMessage } from '../../common/ErrorMessage';
import { quietButton } from '../../common/styles';

interface DatasetGoneProps {
  readonly detail: string;
  readonly onClose: () => void;
}

/** Replaces a deleted dataset: the reason and a focused button that closes the window, as the old focus is gone. */
export function DatasetGone({ detail, onClose }: DatasetGoneProps) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  return (
    <div className="p-6 space-y-3">
      <ErrorMessage>{detail}</ErrorMessage>
      <button ref={close} type="button" onClick={onClose} className={quietButton}>
        Show all datasets
      </button>
    </div>
  );
}
