/** The ladder of messages. */
export function mountLadder() {}
