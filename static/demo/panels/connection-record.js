/**
 * Facts about the media connection to one user, while it lasts and after it has ended.
 *
 * Promises: the last known facts stay when the connection goes. Holds two minutes of measurements and the candidates of
 * both sides. Reads the connection, and changes nothing.
 *
 * @import { Candidate, Route } from "./connection-model.js"
 * @import { Cause, IceError } from "./diagnosis.js"
 * @typedef {Pick<import("../../switchboard.js").Peer, "userId" | "state" | "reason" | "detail" | "connection">} Peer
 *   also a call, or a member of a room
 * @typedef {{ peer: string, ice: string | null, dtls: string | null, signaling: string | null, gathering: string | null }} States
 */

import { History, routeOf } from "./connection-model.js";
import { candidatesOf, diagnose } from "./diagnosis.js";

/** From then on it is said what is missing; ms. */
export const SLOW = 5000;

export class ConnectionRecord {
  /** @type {Date | null} */ ended = null;
  /** It was connected once. */ connected = false;
  /** @type {States} */ states = { peer: "connecting", ice: null, dtls: null, signaling: null, gathering: null };
  /** @type {Route} */ route = routeOf([]);
  history = new History();
  /** @type {IceError[]} */ errors = [];
  relayOnly = false;
  /** @type {string[]} addresses of STUN and TURN servers */ servers = [];
  /** @type {any[]} the last statistics of the browser */ reports = [];
  /** The other side's description has come. */ #answered = false;
  #errorsOf;

  /**
   * @param {Peer} peer
   * @param {{ kind: "call" | "room", now?: Date, errorsOf?: (connection: RTCPeerConnection | null) => IceError[] }} options
   */
  constructor(peer, { kind, now = new Date(), errorsOf = () => [] }) {
    this.peer = peer;
    this.userId = peer.userId;
    this.kind = kind;
    this.began = now;
    this.#errorsOf = errorsOf;
    this.look(now);
  }

  /** @param {Date} [now] */
  look(now = new Date()) {
    const { peer } = this;
    const { connection, state } = peer;
    this.states.peer = state;
    this.connected ||= state === "connected";
    if (connection) this.#lookAt(connection);
    if (state === "ended") this.ended ??= now;
  }

  /** @param {RTCPeerConnection} connection */
  #lookAt(connection) {
    // A connection that is closed tells nothing but that.
    if (connection.signalingState === "closed") return;
    this.#answered = Boolean(connection.remoteDescription);
    const { iceConnectionState: ice, signalingState: signaling, iceGatheringState: gathering } = connection;
    Object.assign(this.states, { ice, signaling, gathering });
    const { iceTransportPolicy, iceServers = [] } = connection.getConfiguration();
    this.relayOnly = iceTransportPolicy === "relay";
    this.servers = iceServers.flatMap(({ urls }) => urls);
    this.errors = [...this.#errorsOf(connection)];
    this.#fill("local", candidatesOf(connection.localDescription?.sdp));
    this.#fill("remote", candidatesOf(connection.remoteDescription?.sdp));
  }

  /**
   * Statistics know more of each candidate, and descriptions know more candidates until there is a pair.
   * @param {"local" | "remote"} side
   * @param {Candidate[]} described
   */
  #fill(side, described) {
    if (!this.route.pair && described.length > this.route[side].length) this.route = { ...this.route, [side]: described };
  }

  /** @param {any[]} reports of `getStats()` */
  take(reports) {
    this.reports = reports;
    const before = this.route;
    const route = routeOf(reports);
    const more = (/** @type {"local" | "remote"} */ side) =>
      route.pair || route[side].length >= before[side].length ? route[side] : before[side];
    this.route = { ...route, local: more("local"), remote: more("remote") };
    this.states.dtls = route.dtls;
  }

  /** Why there is no path, as far as it is known; null: there is one, or was until the end. @returns {Cause | null} */
  get missing() {
    if (this.states.peer === "connected" || (this.ended && this.connected)) return null;
    const { relayOnly, servers, errors } = this;
    const { local, remote } = this.route;
    const gathered = this.states.gathering === "complete";
    return diagnose({ relayOnly, servers, answered: this.#answered, gathered, local, remote, errors });
  }

  /** Whether it takes longer than usual. @param {Date} [now] */
  isSlow(now = new Date()) {
    return !this.ended && this.states.peer !== "connected" && now.getTime() - this.began.getTime() >= SLOW;
  }

  /** The record as JSON, for a report. Has addresses of servers and candidates in it, and no credential. */
  exported() {
    const { userId, kind, began, ended, peer, connected, states, relayOnly, servers, errors, route, history, reports } = this;
    return {
      userId,
      kind,
      began: began.toISOString(),
      ended: ended && ended.toISOString(),
      reason: peer.reason ?? null,
      detail: peer.detail ?? null,
      connected,
      missing: this.missing?.key ?? null,
      states: { ...states },
      relayOnly,
      servers,
      errors,
      candidates: { local: route.local, remote: route.remote },
      pair: route.pair,
      measured: history.moments.map(({ at, ...it }) => ({ ago: Math.round((history.moments.at(-1)?.at ?? at) - at), ...it })),
      statistics: reports,
    };
  }
}
