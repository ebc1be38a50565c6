import { createElement, type ReactNode } from 'react';

import type { ApiError } from '../../api/errors';
import type { Async } from '../../types/async';
import { assertNever } from '../../utils/assertNever';
import { LoadFailure } from './LoadFailure';

interface AsyncViews<Value> {
  readonly loading: ReactNode;
  readonly onRetry: () => void;
  readonly loaded: (value: Value) => ReactNode;
}

/** Return the view of a value in its current state; a failure offers a retry. */
export function renderAsync<Value>(state: Async<Value, ApiError>, views: AsyncViews<Value>): ReactNode {
  switch (state.kind) {
    case 'loading':
      return views.loading;
    case 'failed':
      return createElement(LoadFailure, { error: state.error, onRetry: views.onRetry });
    case 'loaded':
      return views.loaded(state.value);
    default:
      return assertNever(state);
  }
}
