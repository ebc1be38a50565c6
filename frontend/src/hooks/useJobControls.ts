import { useState } from 'react';

import type { ApiError } from '../api/errors';
import type { RetryRequest } from '../types/dataset';
import { type ActionState, useAction } from './useAction';

interface JobActions {
  readonly cancel: (id: string) => Promise<unknown>;
  readonly retry: (id: string, request?: RetryRequest) => Promise<unknown>;
  /** Whether it failed for want of a Hugging Face token: the retry asks for one first. */
  readonly needsToken: boolean;
}

export interface JobControls {
  /** For the buttons: what is done at a press, and whether an answer is awaited. */
  readonly buttons: {
    readonly busy: boolean;
    readonly onCancel: () => void;
    readonly onRetry: () => void;
    readonly retryExpanded: boolean | undefined;
  };
  /** Whether a token is asked for now. */
  readonly showsTokenForm: boolean;
  readonly retry: (token: string | null) => void;
  /** Why what was pressed did not go through. */
  readonly failures: readonly ApiError[];
}

/** What a person may do to work of the server: stop it, and try it again. */
export function useJobControls(id: string, { cancel, retry, needsToken }: JobActions): JobControls {
  const [cancelState, runCancel] = useAction(cancel);
  const [retryState, runRetry] = useAction(retry);
  const [open, setOpen] = useState(false);
  const retryJob = (token: string | null): void => {
    void runRetry(id, token === null ? {} : { access_token: token }).then((done) => {
      if (done) setOpen(false);
    });
  };
  return {
    buttons: {
      busy: cancelState.kind === 'running' || retryState.kind === 'running',
      onCancel: () => void runCancel(id),
      onRetry: () => (needsToken ? setOpen(!open) : retryJob(null)),
      retryExpanded: needsToken ? open : undefined,
    },
    showsTokenForm: needsToken && open,
    retry: retryJob,
    failures: [cancelState, retryState].flatMap(listFailures),
  };
}

function listFailures(state: ActionState): ApiError[] {
  return state.kind === 'failed' ? [state.error] : [];
}
