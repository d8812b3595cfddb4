/** What there is to know of the media connection. */
export function mountConnection() {
  return { refresh() {} };
}
