/** Keeps what goes wrong on a page, for browsers whose driver has no console to read. */
window.complaints = (() => {
  const complaints = [];
  const { error } = console;
  console.error = (...all) => {
    complaints.push(all.map(String).join(" "));
    error.apply(console, all);
  };
  addEventListener("error", (event) => complaints.push(`uncaught: ${event.message}`));
  addEventListener("unhandledrejection", ({ reason }) => complaints.push(`unhandled: ${reason}`));
  addEventListener("securitypolicyviolation", (event) => complaints.push(`${event.effectiveDirective} ${event.blockedURI}`));
  return complaints;
})();
