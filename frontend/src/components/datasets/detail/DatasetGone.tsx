import { useEffect, useRef } from 'react';

import { ErrorMessage } from '../../common/ErrorMessage';
import { quietButton } from '../../common/styles';

interface DatasetGoneProps {
  readonly detail: string;
  readonly onClose: () => void;
}

/** In place of a dataset that is not there any more: that it is not, and the way out. What had the focus went with it. */
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
