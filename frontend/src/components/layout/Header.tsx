import { Cpu } from 'lucide-react';

import type { Connection } from '../../stores/connectionStore';
import { ConnectionStatus } from './ConnectionStatus';
import { DiskUsage } from './DiskUsage';

/** The studio's name, the disk usage and the state of the connection. */
export function Header({ connection }: { readonly connection: Connection }) {
  return (
    <header className="border-b border-slate-800 bg-slate-900/50 backdrop-blur">
      <div className="max-w-7xl mx-auto px-6 py-4 flex items-center justify-between max-sm:flex-wrap max-sm:gap-y-2">
        <div className="flex items-center gap-3">
          <Cpu className="w-8 h-8 text-emerald-400" aria-hidden="true" />
          <div>
            <h1 className="text-xl font-semibold">MechInterp Studio</h1>
            <p className="text-sm text-slate-400">Edge AI Feature Discovery Platform</p>
          </div>
        </div>
        <div className="flex items-center gap-x-4 gap-y-1 flex-wrap justify-end max-sm:justify-start">
          <DiskUsage />
          <ConnectionStatus connection={connection} />
        </div>
      </div>
    </header>
  );
}
