/** Parts of a browser for the self-test, each of which a test can take away. */

/** The platform of a page on which everything works. */
export function browser(parts = {}) {
  return {
    setTimeout,
    clearTimeout,
    performance,
    Date,
    isSecureContext: true,
    location: new URL("http://localhost:8080/"),
    navigator: { mediaDevices: devices() },
    WebSocket: serverThat((socket) => socket.refuses()),
    RTCPeerConnection: iceThat(() => []),
    fetch: async () => new Response("ok\n"),
    ...parts,
  };
}

/** A clock on which every wait is over at once. */
export const impatient = { setTimeout: (run) => setTimeout(run, 0), clearTimeout };

/** Devices that are given, or are refused with this. @param {Error} [error] */
export function devices(error, track = {}) {
  const given = {
    label: "FaceTime HD",
    muted: false,
    stopped: false,
    getSettings: () => ({ width: 640, height: 480 }),
    ...track,
  };
  given.stop = () => (given.stopped = true);
  given.addEventListener ??= () => {};
  const getUserMedia = async () => {
    if (error) throw error;
    return { getTracks: () => [given] };
  };
  return { getUserMedia, given };
}

/** An error as browsers throw it. */
export const refusal = (name, message = "") => Object.assign(new Error(message), { name });

/** A WebSocket to a server that answers so. @param {(socket: any) => void} answer */
export function serverThat(answer) {
  return class {
    constructor(url, protocols) {
      Object.assign(this, { url: new URL(url), protocols });
      setTimeout(() => answer(this));
    }
    /** The answer of a switchboard server to an impossible name. */
    refuses(code = "bad-user-id") {
      this.onopen?.();
      this.onmessage?.({ data: JSON.stringify({ type: "error", code, message: "because" }) });
      this.onclose?.({ code: 4500, reason: "" });
    }
    close() {}
  };
}

/** A peer connection whose gathering comes to these events, by its configuration; `"silence"`: it never ends. */
export function iceThat(outcome) {
  return class {
    static made = [];
    iceGatheringState = "new";
    #failed = () => {};
    constructor(configuration) {
      this.configuration = configuration;
      this.constructor.made.push(this);
    }
    createDataChannel() {}
    // Where the prototype has it, the browser tells of errors.
    set onicecandidateerror(listener) {
      this.#failed = listener;
    }
    async setLocalDescription() {
      for (const it of outcome(this.configuration)) {
        if (it === "silence") return;
        if (typeof it === "string") this.onicecandidate({ candidate: { candidate: it } });
        else this.#failed(it);
      }
      this.iceGatheringState = "complete";
      this.onicegatheringstatechange();
    }
    close() {
      this.closed = true;
    }
  };
}

export const HOST = "candidate:1 1 udp 2122260223 192.0.2.2 5000 typ host generation 0";
export const REFLEXIVE = "candidate:2 1 udp 1686052607 198.51.100.7 5000 typ srflx raddr 192.0.2.2 rport 5000";
export const RELAY = "candidate:3 1 udp 41885439 203.0.113.5 49160 typ relay raddr 198.51.100.7 rport 5000";
export const UNREACHABLE = { errorCode: 701, errorText: "STUN binding request timed out." };
