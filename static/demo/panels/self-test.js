/** What works here, and what does not. */
export function mountSelfTest() {}
