import type { Connection } from '../../stores/connectionStore';

const LABELS: Readonly<Record<Connection, { readonly text: string; readonly colour: string }>> = {
  connected: { text: 'API Connected', colour: 'text-emerald-400' },
  reconnecting: { text: 'Reconnecting…', colour: 'text-yellow-400' },
  down: { text: 'API Disconnected', colour: 'text-red-400' },
};

/** The state of the connection to API and socket, in words and a colour. */
export function ConnectionStatus({ connection }: { readonly connection: Connection }) {
  const { text, colour } = LABELS[connection];
  return (
    <div className="text-sm text-slate-400" role="status">
      <span className={colour} aria-hidden="true">
        ●
      </span>{' '}
      {text}
    </div>
  );
}
