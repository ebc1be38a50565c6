import { useState } from 'react';

import type { ApiError } from '../api/errors';
import type { RetryRequest } from '../types/dataset';
import { type ActionState, useAction } from './useAction';

interface JobActions {
  readonly cancel: (id: string) => Promise<unknown>;
  readonly retry: (id: string, request?: RetryRequest) => Promise<unknown>;
  /** Whether it failed because of a missing Hugging Face token; a retry then asks for one first. */
  readonly needsToken: boolean;
}

export interface JobControls {
  /** The props of the buttons. */
  readonly buttons: {
    readonly busy: boolean;
    readonly onCancel: () => void;
    readonly onRetry: () => void;
    readonly retryExpanded: boolean | undefined;
  };
  /** Whether the form for a token is open. */
  readonly showsTokenForm: boolean;
  readonly retry: (token: string | null) => void;
  /** Why the last actions failed. */
  readonly failures: readonly ApiError[];
}

/** Return the controls of a job on the server: cancel and retry, with a token if one is missing. */
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
