/** What the page's modules look at as soon as they are loaded. */
Object.assign(globalThis, {
  location: new URL("http://localhost:8080/?lang=en"),
  localStorage: { getItem: () => null, setItem: () => {} },
});
globalThis.navigator ??= { languages: ["en"] };
