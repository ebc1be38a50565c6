import { useEffect, useRef } from 'react';

import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';

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
      <Button look="quiet" ref={close} onClick={onClose}>
        Show all datasets
      </Button>
    </div>
  );
}
