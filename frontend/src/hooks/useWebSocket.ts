import { useEffect } from 'react';

import { observeApi } from '../api/client';
import { connect, socketClient } from '../api/websocket';
import { type Connection, selectConnection, useConnectionStore } from '../stores/connectionStore';

/** Keep the panel connected to its server while mounted; return the state of the connection. */
export function useWebSocket(): Connection {
  useEffect(observeRequests, []);
  useEffect(() => {
    const unsubscribe = socketClient.onState(useConnectionStore.getState().setSocketState);
    connect();
    return () => {
      unsubscribe();
      socketClient.disconnect();
    };
  }, []);
  useEffect(reconnectOnReturn, []);
  return useConnectionStore(selectConnection);
}

function observeRequests(): () => void {
  const { setApiReachable, requireAccess } = useConnectionStore.getState();
  observeApi({
    onReachable: () => setApiReachable(true),
    onUnreachable: () => setApiReachable(false),
    onUnauthorized: requireAccess,
  });
  return () => observeApi(null);
}

/** Do not wait for the next attempt when the network or the user returns. */
function reconnectOnReturn(): () => void {
  const reconnectNow = (): void => {
    if (document.visibilityState === 'visible') socketClient.reconnectNow();
  };
  window.addEventListener('online', reconnectNow);
  document.addEventListener('visibilitychange', reconnectNow);
  return () => {
    window.removeEventListener('online', reconnectNow);
    document.removeEventListener('visibilitychange', reconnectNow);
  };
}
