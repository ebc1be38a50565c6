import { useState } from 'react';

import type { ApiError } from '../api/errors';
import type { RetryRequest } from '../types/dataset';
import { type ActionState, useAction } from './useAction';

interface WorkOptions {
  readonly cancel: (id: string) => Promise<unknown>;
  readonly retry: (id: string, request?: RetryRequest) => Promise<unknown>;
  /** Whether it failed for want of a Hugging Face token: the retry asks for one first. */
  readonly wantsToken: boolean;
}

export interface Work {
  /** For the buttons: what is done at a press, and whether an answer is awaited. */
  readonly buttons: {
    readonly busy: boolean;
    readonly onCancel: () => void;
    readonly onRetry: () => void;
    readonly retryExpanded: boolean | undefined;
  };
  /** Whether a token is asked for now. */
  readonly asking: boolean;
  readonly retry: (token: string | null) => void;
  /** Why what was pressed did not go through. */
  readonly failures: readonly ApiError[];
}

/** What a person may do to work of the server: stop it, and try it again. */
export function useJobControls(id: string, { cancel, retry, wantsToken }: WorkOptions): Work {
  const [cancelling, cancelNow] = useAction(cancel);
  const [retrying, retryNow] = useAction(retry);
  const [open, setOpen] = useState(false);
  const tryAgain = (token: string | null): void => {
    void retryNow(id, token === null ? {} : { access_token: token }).then((done) => {
      if (done) setOpen(false);
    });
  };
  return {
    buttons: {
      busy: cancelling.kind === 'running' || retrying.kind === 'running',
      onCancel: () => void cancelNow(id),
      onRetry: () => (wantsToken ? setOpen(!open) : tryAgain(null)),
      retryExpanded: wantsToken ? open : undefined,
    },
    asking: wantsToken && open,
    retry: tryAgain,
    failures: [cancelling, retrying].flatMap(failureOf),
  };
}

function failureOf(state: ActionState): ApiError[] {
  return state.kind === 'failed' ? [state.error] : [];
}
