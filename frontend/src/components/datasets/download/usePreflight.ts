import { useEffect, useState } from 'react';

import { type ApiError, isAbort, toApiError } from '../../../api/errors';
import { getHubDataset, type HubQuery } from '../../../api/hub';
import { useDebounced } from '../../../hooks/useDebounced';
import type { Async } from '../../../types/async';
import type { HubDataset } from '../../../types/dataset';
import { normalizeHfRepoId, validateHfRepoId } from '../../../utils/validators';

const DEBOUNCE_MS = 500;

/** `idle`: the repository id is missing or invalid. */
export type Preflight = { readonly kind: 'idle' } | Async<HubDataset, ApiError>;

interface PreflightInput {
  readonly repoId: string;
  readonly config: string;
  readonly revision: string;
  readonly token: string;
  /** The parameters that describe how much is asked for. */
  readonly part?: HubQuery['part'];
}

const IDLE: Preflight = { kind: 'idle' };
const LOADING: Preflight = { kind: 'loading' };

/** Look up the typed repository on the Hub once typing pauses. */
export function usePreflight(input: PreflightInput): Preflight {
  const key = formatKey(input);
  const debouncedKey = useDebounced(key, DEBOUNCE_MS);
  const [answer, setAnswer] = useState<{ key: string; state: Preflight }>({ key: '', state: IDLE });
  useEffect(() => {
    if (debouncedKey === '') {
      return;
    }
    const controller = new AbortController();
    getHubDataset(JSON.parse(debouncedKey) as HubQuery, controller.signal)
      .then((value) => setAnswer({ key: debouncedKey, state: { kind: 'loaded', value } }))
      .catch((error: unknown) => {
        if (!isAbort(error)) {
          setAnswer({ key: debouncedKey, state: { kind: 'failed', error: toApiError(error) } });
        }
      });
    return () => controller.abort();
  }, [debouncedKey]);
  if (key === '') {
    return IDLE;
  }
  return answer.key === key ? answer.state : LOADING;
}

/** Return the request as a text, so that equal requests are equal; empty without a valid id. */
function formatKey({ repoId, config, revision, token, part }: PreflightInput): string {
  const id = normalizeHfRepoId(repoId);
  return validateHfRepoId(id) === null
    ? JSON.stringify({
        repoId: id,
        config: config.trim(),
        revision: revision.trim(),
        token: token.trim(),
        part,
      })
    : '';
}
