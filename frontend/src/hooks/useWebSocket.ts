import { useEffect } from 'react';

import { observeApi } from '../api/client';
import { connect, socketClient } from '../api/websocket';
import { type Connection, selectConnection, useConnectionStore } from '../stores/connectionStore';

/** Keeps the panel connected to its server, for as long as the caller is shown; says how that goes. */
export function useWebSocket(): Connection {
  useEffect(() => {
    const { setSocketState, setApiReachable, requireAccess } = useConnectionStore.getState();
    observeApi({
      onReachable: () => setApiReachable(true),
      onUnreachable: () => setApiReachable(false),
      onUnauthorized: requireAccess,
    });
    const unsubscribe = socketClient.onState(setSocketState);
    connect();
    // The network is back, or somebody looks again: then a second is long.
    const reconnectNow = (): void => {
      if (document.visibilityState === 'visible') socketClient.reconnectNow();
    };
    window.addEventListener('online', reconnectNow);
    document.addEventListener('visibilitychange', reconnectNow);
    return () => {
      window.removeEventListener('online', reconnectNow);
      document.removeEventListener('visibilitychange', reconnectNow);
      unsubscribe();
      observeApi(null);
      socketClient.disconnect();
    };
  }, []);
  return useConnectionStore(selectConnection);
}
