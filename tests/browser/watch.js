/**
 * A test's view of a page. Runs in every new document before the page's own scripts, and changes nothing for them.
 */
window.seen = (() => {
  /** Every signaling message, in the order of the wire. */
  const wire = [];
  /** How often a socket of the page has closed, and the page was told. */
  let closings = 0;
  /** Everything that the page ever said in words, oldest first. */
  const said = [];

  window.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      this.addEventListener("close", () => setTimeout(() => closings++));
      this.addEventListener("message", ({ data }) => wire.push({ direction: "in", text: data }));
    }
    send(text) {
      wire.push({ direction: "out", text });
      super.send(text);
    }
  };

  /** Codes of STUN and TURN servers that refused or did not answer. */
  const iceErrors = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...plan) {
      super(...plan);
      this.addEventListener("icecandidateerror", ({ errorCode }) => iceErrors.push(errorCode));
    }
  };

  const SPEAKING = ["#status-words", "#call-words"];
  new MutationObserver(() => {
    for (const place of SPEAKING) {
      const words = document.querySelector(place)?.textContent.trim();
      if (words && said.findLast((it) => it.place === place)?.words !== words) said.push({ place, words });
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });

  const part = (id) => document.querySelector(`[data-testid="${id}"]`);
  const text = (id) => part(id)?.textContent.trim() ?? null;
  const ready = (id) => Boolean(part(id)?.checkVisibility() && !part(id).matches(":disabled"));

  /** The sentence that says what is wrong with a field. */
  const problem = (id) => document.getElementById(part(id).getAttribute("aria-describedby")).textContent;

  /** Elements that run out of the window sideways, and cannot be scrolled to within their own box. */
  const outside = () => {
    const boxed = (it) => it && (getComputedStyle(it).overflowX !== "visible" || boxed(it.parentElement));
    const out = [...document.body.querySelectorAll("*")].filter((it) => {
      const { left, right, width } = it.getBoundingClientRect();
      return width > 0 && it.checkVisibility() && (left < -1 || right > innerWidth + 1) && !boxed(it.parentElement);
    });
    if (document.documentElement.scrollWidth > innerWidth) out.push(document.documentElement);
    return out.map((it) => it.outerHTML.slice(0, 120));
  };

  /** Texts that are larger than their box, which neither scrolls nor ends them by an ellipsis. */
  const cut = () => {
    const hasText = (it) => [...it.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const cuts = (it) => {
      const { overflowX, overflowY, textOverflow } = getComputedStyle(it);
      const scrolls = (overflow) => /auto|scroll/.test(overflow);
      const wide = it.scrollWidth > it.clientWidth + 1 && textOverflow !== "ellipsis" && !scrolls(overflowX);
      return it.clientWidth > 1 && (wide || (it.scrollHeight > it.clientHeight + 2 && !scrolls(overflowY)));
    };
    const shown = [...document.body.querySelectorAll("*")].filter((it) => it.checkVisibility({ visibilityProperty: true }));
    return shown.filter((it) => hasText(it) && cuts(it)).map((it) => it.outerHTML.slice(0, 120));
  };

  /** The statistics of what comes in: `video` or `audio`; null while nothing does. */
  const incoming = async (kind) => {
    const peer = window.demo?.peerConnection ?? window.plainPeer;
    for (const report of peer ? (await peer.getStats()).values() : []) {
      if (report.type === "inbound-rtp" && report.kind === kind) return report;
    }
    return null;
  };
  const framesDecoded = async () => (await incoming("video"))?.framesDecoded ?? 0;

  /** The kinds of the two ends of the way that media takes: `host`, `srflx`, `prflx` or `relay`. */
  const way = async () => {
    const reports = await window.demo.peerConnection.getStats();
    const { selectedCandidatePairId } = [...reports.values()].find((it) => it.type === "transport");
    const { localCandidateId, remoteCandidateId } = reports.get(selectedCandidatePairId);
    return [localCandidateId, remoteCandidateId].map((id) => reports.get(id).candidateType);
  };

  /** How bright the other's picture is on average, from 0 to 255. */
  const brightness = () => {
    const brush = new OffscreenCanvas(32, 18).getContext("2d", { willReadFrequently: true });
    brush.drawImage(part("remote-video"), 0, 0, 32, 18);
    const { data } = brush.getImageData(0, 0, 32, 18);
    return data.filter((_, nth) => nth % 4 !== 3).reduce((sum, it) => sum + it, 0) / (32 * 18 * 3);
  };

  /** Sound energy that came in between now and `milliseconds` of sound later. */
  const loudness = async (milliseconds) => {
    const first = await incoming("audio");
    for (;;) {
      await new Promise((done) => setTimeout(done, 50));
      const later = await incoming("audio");
      if (!first || !later) return null;
      if ((later.totalSamplesDuration - first.totalSamplesDuration) * 1000 >= milliseconds) {
        return later.totalAudioEnergy - first.totalAudioEnergy;
      }
    }
  };

  /** Nothing of a call is left on the page: no picture, no connection. */
  const cleared = () =>
    window.demo.peerConnection === null &&
    part("remote-video") === null && part("local-video") === null;

  /** For the message of a test that waited in vain. */
  const everything = () => ({
    address: location.href,
    call: [text("call-state"), text("call-words")],
    status: text("status"),
    chat: text("chat-log"),
    focus: document.activeElement?.outerHTML.slice(0, 120),
    connection: window.demo?.peerConnection?.connectionState ?? null,
    said: said.map(({ words }) => words),
    wire: wire.map(({ direction, text }) => `${direction} ${text.slice(0, 100)}`),
  });

  return { wire, closings: () => closings, iceErrors, said, part, text, ready, problem, outside, cut, incoming, framesDecoded, way, brightness, loudness, cleared, everything };
})();
