import { ErrorBoundary } from './components/common/ErrorBoundary';
import { AccessTokenDialog } from './components/layout/AccessTokenDialog';
import { Header } from './components/layout/Header';
import { DatasetsPanel } from './components/panels/DatasetsPanel';
import { useStatusAnnouncement } from './hooks/useStatusAnnouncement';
import { useWebSocket } from './hooks/useWebSocket';
import { useConnectionStore } from './stores/connectionStore';

/** The page: the header, the panel, and a dialog for the server's access token if it requires one. */
export function App() {
  const connection = useWebSocket();
  const announcement = useStatusAnnouncement();
  const access = useConnectionStore((state) => state.access);
  const epoch = useConnectionStore((state) => state.epoch);
  return (
    <div className="min-h-screen bg-slate-950 text-slate-100">
      <ErrorBoundary>
        <Header key={`header-${epoch}`} connection={connection} />
        <main tabIndex={-1} className="max-w-7xl mx-auto px-6 py-8 focus:outline-none">
          <DatasetsPanel key={`panel-${epoch}`} />
        </main>
        <div role="status" className="sr-only">
          {announcement}
        </div>
        {access !== 'granted' && <AccessTokenDialog key={access} access={access} />}
      </ErrorBoundary>
    </div>
  );
}
