import { useEffect, useState } from "react";
import { connect, type Switchboard, type SwitchboardError } from "@switchboard-signaling/client";

/** The client once it is connected, or why it is not. */
export interface Connection {
  me: Switchboard | null;
  error: SwitchboardError | null;
}

const CONNECTING: Connection = { me: null, error: null };

/** Is connected as this user while the component is mounted. */
export function useSwitchboard(url: string, userId: string): Connection {
  const [connection, setConnection] = useState(CONNECTING);

  useEffect(() => {
    const view = new AbortController();
    const show = (now: Connection) => view.signal.aborted || setConnection(now);
    const start = async () => {
      const me = await connect({ url, userId, signal: view.signal });
      me.on("close", (error) => show({ me: null, error }));
      show({ me, error: null });
    };
    start().catch((error) => show({ me: null, error }));
    return () => {
      // Gives up connecting, or closes the client.
      view.abort();
      setConnection(CONNECTING);
    };
  }, [url, userId]);

  return connection;
}
