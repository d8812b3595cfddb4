/** The parts of a document that the page's modules read as soon as they are loaded. */
Object.assign(globalThis, {
  location: new URL("http://localhost:8080/?lang=en"),
  localStorage: { getItem: () => null, setItem: () => {} },
});
globalThis.navigator ??= { languages: ["en"] };
