import { Activity, CheckCircle, Loader } from 'lucide-react';

import type { DatasetStatus } from '../../../types/dataset';
import { assertNever } from '../../../utils/assertNever';

interface StatusIconProps {
  readonly status: DatasetStatus;
  readonly cancelled?: boolean;
}

/** A dataset's status as a decorative icon; the badge beside it names the status. */
export function StatusIcon({ status, cancelled = false }: StatusIconProps) {
  switch (status) {
    case 'ready':
      return <CheckCircle className="w-5 h-5 text-emerald-400" aria-hidden="true" />;
    case 'downloading':
      return (
        <Loader
          className="w-5 h-5 text-blue-400 animate-spin motion-reduce:animate-none"
          aria-hidden="true"
        />
      );
    case 'processing':
      return <Activity className="w-5 h-5 text-yellow-400" aria-hidden="true" />;
    case 'error':
      return (
        <Activity className={`w-5 h-5 ${cancelled ? 'text-slate-400' : 'text-red-400'}`} aria-hidden="true" />
      );
    default:
      return assertNever(status);
  }
}
