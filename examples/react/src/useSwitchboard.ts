import { useEffect, useState } from "react";
import { connect, type Switchboard, type SwitchboardError } from "@switchboard-signaling/client";

/** The client once it is connected, or why it is not. */
export interface Connection {
  me: Switchboard | null;
  error: SwitchboardError | null;
}

const CONNECTING: Connection = { me: null, error: null };

/** Settles when the client before is closed. Two clients of one user would replace each other. */
let closed: Promise<unknown> = Promise.resolve();

/** Is connected as this user while the component is mounted. */
export function useSwitchboard(url: string, userId: string): Connection {
  const [connection, setConnection] = useState(CONNECTING);

  useEffect(() => {
    let mounted = true;
    const show = (now: Connection) => mounted && setConnection(now);
    const client = closed.then(async () => {
      // StrictMode mounts each component twice: the first time ends before anything is asked for.
      if (!mounted) return null;
      const me = await connect({ url, userId });
      me.on("close", (error) => show({ me: null, error }));
      show({ me, error: null });
      return me;
    });
    client.catch((error: SwitchboardError) => show({ me: null, error }));
    return () => {
      mounted = false;
      closed = client.then((me) => me?.close(), () => {});
      setConnection(CONNECTING);
    };
  }, [url, userId]);

  return connection;
}
