import { useEffect } from 'react';

import { observeApi } from '../api/client';
import { connect, socketClient } from '../api/websocket';
import { type Connection, connectionOf, useConnectionStore } from '../stores/connectionStore';

/** Keeps the panel connected to its server, for as long as the caller is shown; says how that goes. */
export function useWebSocket(): Connection {
  useEffect(() => {
    const { socketChanged, apiAnswered, accessRefused } = useConnectionStore.getState();
    observeApi({
      onReachable: () => apiAnswered(true),
      onUnreachable: () => apiAnswered(false),
      onUnauthorized: accessRefused,
    });
    const stop = socketClient.onState(socketChanged);
    connect();
    // The network is back, or somebody looks again: then a second is long.
    const hurry = (): void => {
      if (document.visibilityState === 'visible') socketClient.hurry();
    };
    window.addEventListener('online', hurry);
    document.addEventListener('visibilitychange', hurry);
    return () => {
      window.removeEventListener('online', hurry);
      document.removeEventListener('visibilitychange', hurry);
      stop();
      observeApi(null);
      socketClient.disconnect();
    };
  }, []);
  return useConnectionStore(connectionOf);
}
