/** Records what goes over the wire. */
export const tape = { WebSocket };
