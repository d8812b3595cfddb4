/**
 * Calls, rooms, data channels and messages over a switchboard server.
 *
 *     import { connect } from "/switchboard.js";
 *
 *     const me = await connect({ userId: "11" });
 *     const call = await me.call("22", { stream: () => navigator.mediaDevices.getUserMedia({ video: true }) });
 *     video.srcObject = call.remoteStream;
 *
 * Every promise that fails, fails with a {@link SwitchboardError}. A failure that nobody awaits becomes the event
 * `error` of the client and, where nobody listens to that, a line on the console.
 */

/**
 * Connects and registers.
 * Fails with `unavailable` when the server could not be reached within `timeout`, with `bad-token`, `bad-user-id`,
 * `name-in-use` … when it refused, with `bad-option` when an option is unknown or `url` is no address, and at once with
 * `origin-refused` … when it takes no page of this address. Once connected the client gives up only when it is refused
 * (event `close`). A prerendered page connects when it is shown.
 *
 * `Said` is what `send` and the event `message` have for `data`, `Given` what goes along with calls and peers. Nothing
 * checks at run time that other users keep to it.
 */
export function connect<Said = any, Given = any>(options?: Options): Promise<Switchboard<Said, Given>>;

/** Unknown options are refused with `bad-option`. */
export interface Options {
  /**
   * The server: `https://host`, `wss://host/ws`, or relative to the page: `/signal`. `/ws` is added where it is missing.
   * Default: the page's own origin, or, where the library was loaded from a folder of that origin as `switchboard.js`,
   * that folder; Node has none.
   */
  url?: string | URL;
  /** Who you are. Default: the subject of `token`, or a guest's name that the server makes. */
  userId?: string;
  /** Display name for other people; with access tokens the token's claim counts instead. */
  name?: string;
  /**
   * Access token. A function is asked at first, again before the token expires, and again when it has. When it fails at
   * first, `connect` fails; when it fails three times in a row after the token has expired, the client closes.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * For every peer connection, such as `{ iceTransportPolicy: "relay" }`; `iceServers` come on top of the server's.
   * `bundlePolicy` is "max-bundle" by default: the caller gathers candidates once and not for each m-line. Other clients
   * that know no BUNDLE (RFC 9143) need "balanced".
   */
  rtc?: RTCConfiguration;
  /** How long `connect` tries, in ms. Default 30000. */
  timeout?: number;
  /** Aborted while `connect` tries, it fails with `aborted`; aborted later, the client is closed as by `close()`. */
  signal?: AbortSignal;
  /** Stand-ins for parts of the browser, by global name, for tests: `WebSocket`, `RTCPeerConnection`, `setTimeout`, … */
  platform?: Record<string, unknown>;
}

/** Codes with which the server refuses (docs/protocol.md §10). */
export type RefusalCode =
  | "bad-json"
  | "bad-message"
  | "unknown-type"
  | "unknown-field"
  | "too-large"
  | "rate-limited"
  | "user-offline"
  | "queue-full"
  | "not-permitted"
  | "call-over"
  | "not-your-call"
  | "room-full"
  | "too-many-rooms"
  | "not-in-room"
  | "self"
  | "bad-user-id"
  | "bad-token"
  | "name-in-use"
  | "unavailable"
  | "internal";

/** Why a call has ended (docs/protocol.md §6). `replaced`: the user has connected elsewhere. */
export type EndReason =
  | "busy"
  | "offline"
  | "no-answer"
  | "rejected"
  | "cancelled"
  | "hangup"
  | "replaced"
  | "lost"
  | "ended-by-operator"
  | "answered-elsewhere";

/**
 * A stable name for what went wrong. Besides those of the server:
 * - `undelivered`: nobody has seen it, `not-sent`: it never left this page, `unknown`: it may have arrived or not
 * - `failed`: no path to the other side was found, or a function of the app, the browser or JSON has failed (see `cause`)
 * - `aborted`: by the `signal` of `connect`, whose reason is the `cause`
 * - `refused`, `closed`: by the other app; `closed` also: this client is closed
 * - `origin-refused`, `host-refused`, `path-refused`: the server takes no page of this origin, is not called by this
 *   name, or has no WebSocket at this path; `message` says what to change
 * - `removed`: by an operator; `protocol`: client and server do not fit
 * - `bad-option`: an option is unknown or wrong, see `message`
 * - `unsupported`: there is no WebRTC or no WebSocket here, as in Node or in a worker
 *
 * A later server may say others: treat one that you do not know like `failed`, as a reason like `hangup`.
 */
export type ErrorCode =
  | RefusalCode
  | EndReason
  | "undelivered"
  | "not-sent"
  | "unknown"
  | "failed"
  | "aborted"
  | "refused"
  | "closed"
  | "removed"
  | "origin-refused"
  | "host-refused"
  | "path-refused"
  | "protocol"
  | "bad-option"
  | "unsupported";

/** Why something did not work. Every failure is one of these, whatever the app's function or the browser threw. */
export class SwitchboardError extends Error {
  constructor(code: ErrorCode, message: string, more?: { retryAfter?: number; to?: string; cause?: unknown; advice?: string });
  readonly code: ErrorCode;
  /** What to do about it, as a sentence; it follows `cause` where there is one. */
  readonly advice: string;
  /** Try again after so many ms, where the server said so. */
  readonly retryAfter: number | undefined;
  /** The user whom it is about. */
  readonly to: string | undefined;
}

/** Something with events. A handler that throws, or whose promise fails, stops nothing: see the event `error`. */
export interface Emitter<Events> {
  /** @returns a function that takes the handler away again */
  on<Name extends keyof Events & string>(event: Name, handler: (detail: Events[Name]) => unknown): () => void;
  off<Name extends keyof Events & string>(event: Name, handler: (detail: Events[Name]) => unknown): void;
}

/**
 * What to send: a stream that stays yours, or a function whose stream is stopped when the call, peer or room ends. With
 * a function, all tracks that are brought later by `addTrack` and `replaceTrack` are stopped then, too.
 */
export type Media = MediaStream | (() => MediaStream | Promise<MediaStream>);

export type Kind = "audio" | "video";

/** Which kinds of camera and microphone are muted. */
export interface Muted {
  readonly audio: boolean;
  readonly video: boolean;
}

/** `waiting`: for the next attempt to connect; `closed`: for good. */
export type ConnectionState = "connecting" | "online" | "waiting" | "closed";

export interface PresenceChange {
  online: string[];
  offline: string[];
  /** Display names of those in `online` who have one. */
  names: Record<string, string>;
  /** How many others are online in all. */
  total: number;
}

export interface IncomingMessage<Said = any> {
  from: string;
  /** Where it was said to a room. */
  room?: string;
  data: Said;
}

export interface ClientEvents<Said = any, Given = any> {
  /** The connection to the server. Calls go on whatever it says. */
  state: ConnectionState;
  /** Somebody came or went. The first comes with everybody who is there. */
  presence: PresenceChange;
  /** Somebody calls: `accept` or `reject` it. Several may ring at once, and while there is a call already. */
  call: Call<Given>;
  /**
   * Somebody asks for a connection without ringing: `accept` it or `close` it. Refused where nobody listens. At most 100
   * wait for the app, 10 of them of one user; what is over that is dropped, see `strangers`.
   */
  peer: Peer<Given>;
  /** What another user said by `send`. Kept until somebody listens, the last 1000. */
  message: IncomingMessage<Said>;
  /** The session was lost, and this is another one: rooms and watches are restored, the call is going to be. */
  fresh: undefined;
  /** A failure that nobody waits for. What a handler of the app threw is its `cause`. */
  error: SwitchboardError;
  /** Closed for good, by the app (`closed`, `aborted`) or by the server: `replaced`, `bad-token`, `removed`, `protocol`, … */
  close: SwitchboardError;
}

/** A connected user. */
export interface Switchboard<Said = any, Given = any> extends Emitter<ClientEvents<Said, Given>> {
  /** Who you are. */
  readonly userId: string;
  /** Name of the session; another one after a `fresh`. */
  readonly sessionId: string;
  readonly state: ConnectionState;
  /** STUN and TURN servers of the server. */
  readonly iceServers: RTCIceServer[];
  /** The others who are online, and their display names; empty where presence is off or there are too many to name. */
  readonly people: ReadonlyMap<string, string | undefined>;
  /** How many others are online in all. */
  readonly total: number;
  /** Those whom `watch` follows, and whether they are online. */
  readonly watched: ReadonlyMap<string, boolean>;
  readonly rooms: ReadonlyMap<string, Room<Said>>;
  /** All calls that have not ended, the oldest first: your own, if there is one, and those that ring here (at most 3). */
  readonly calls: ReadonlySet<Call<Given>>;
  /** Your own call: accepted, or ringing at the other's. Where there is none, the first one that rings here. */
  readonly currentCall: Call<Given> | null;
  /** The connections without ringing that there are now, those included that nobody has accepted yet. */
  readonly peers: ReadonlySet<Peer<Given>>;
  /** Those whom `block` keeps away, sorted. */
  readonly blocked: ReadonlySet<string>;
  /** What became of questions by users who are in no call, room or peer connection of yours; counted since `connect`. */
  readonly strangers: StrangerCounts;

  /**
   * Rings a user. Resolves when they accept; fails with the reason: `busy`, `offline`, `no-answer`, `rejected`,
   * `cancelled` (by `currentCall.hangUp()`), `lost`, `failed`, or with an error code: `too-large` when the first offer
   * is over the server's `max-frame`; `unsupported` where there is no WebRTC. A call of `to` that rings here is accepted;
   * others may go on ringing here meanwhile. Without WebRTC, calls of others are rejected at once.
   */
  call(to: string, options?: CallOptions<Given>): Promise<Call<Given>>;
  /**
   * Connects to a user without ringing, any number at once. Resolves when it is connected; fails with `refused`,
   * `no-answer` (45 s), `user-offline`, `failed` ….
   */
  peer(to: string, options?: PeerOptions<Given>): Promise<Peer<Given>>;
  /**
   * Joins a room, and connects to each of its members. Fails with `room-full`, `too-many-rooms`, `bad-message` where no
   * room can be called that, …. Once more it gives the same room; with another `stream` or `mesh` it fails with
   * `bad-option`.
   */
  join(room: string, options?: RoomOptions): Promise<Room<Said>>;
  /**
   * Sends any JSON to a user, at most 64 KiB by default. Resolves when the other's app has it; fails with
   * `undelivered`, `unknown`, `user-offline`, `queue-full`, `too-large`, …. Kept and sent when the connection is back.
   * A client that is not resumable never confirms: to such `receipt: false`.
   */
  send(to: string, data: Said, options?: SendOptions): Promise<void>;
  /** Follows the presence of users, 256 in all, whatever the mode of the server. Kept up until `unwatch`. */
  watch(users: string | string[]): Promise<{ online: string[]; offline: string[] }>;
  unwatch(users: string | string[]): Promise<void>;
  /**
   * Keeps users away, 256 in all: to them you look offline, and what of theirs rings or asks here is refused. Calls that
   * were accepted, shared rooms and presence are not touched. In force at once, also while the connection is broken, and
   * kept up until `unblock`. Resolves to all who are blocked, sorted; fails with `not-permitted` where they are too many,
   * or with `self` or `bad-user-id`.
   */
  block(users: string | string[]): Promise<string[]>;
  unblock(users: string | string[]): Promise<string[]>;
  /** A page of who is online, by name; `limit` at most 1000, the default. Follow `next` for more. */
  list(page?: { after?: string; limit?: number }): Promise<UserPage>;
  /** Hangs up, leaves and says goodbye at once: await what must still arrive. Stops every track that was sent. */
  close(): void;
}

export interface StrangerCounts {
  /** Answered by the library itself. */
  answered: number;
  /** Left without an answer, because there were more than five a second, or too many questions waited for the app. */
  dropped: number;
}

export interface UserPage {
  clients: string[];
  names: Record<string, string>;
  total: number;
  next?: string;
}

export interface CallOptions<Given = any> {
  stream?: Media;
  /** Any JSON, shown to the other side as `call.data`. */
  data?: Given;
  /** What you mean to send. Default: what `stream` has. */
  media?: { audio?: boolean; video?: boolean };
  /**
   * Make the offer while it rings, so that the call is connected sooner after the accept. Default true. false: the
   * other side learns this side's addresses only once it has accepted.
   */
  early?: boolean;
  /**
   * Ring only when a `stream` that is a function has given its stream, and fail with `failed` where it fails. Default
   * true, so that nobody is called by somebody who has no camera. false: ring at once. Then `media` says what to
   * negotiate, by default both kinds, and a function that fails is told by the client's event `error`; the call goes on
   * and receives.
   */
  waitForStream?: boolean;
}

export interface AcceptOptions {
  stream?: Media;
  /**
   * The kinds that a `stream` will have that is a function: they are negotiated before it is there. Default: those that
   * the other side offers. A kind that does not come is taken back by another negotiation.
   */
  media?: { audio?: boolean; video?: boolean };
  /**
   * Answer only when a `stream` that is a function has given its stream. Default false: the connection is made while the
   * camera is being opened, and its tracks are sent as soon as they are there.
   */
  waitForStream?: boolean;
}

export interface PeerOptions<Given = any> {
  stream?: Media;
  /** Any JSON, shown to the other side as `peer.data`. */
  data?: Given;
}

export interface RoomOptions {
  /** Sent to every member. For further tracks see `room.addTrack`. */
  stream?: Media;
  /** The kinds that a `stream` will have that is a function, where it is not waited for. Default: both. */
  media?: { audio?: boolean; video?: boolean };
  /**
   * Join only when a `stream` that is a function has given its stream, and fail with `failed` where it fails. Default
   * true. false: join at once, and see the others while the camera is being opened. A function that fails then is told by
   * the client's event `error`, and the room goes on and receives.
   */
  waitForStream?: boolean;
  /** false: messages only, no connections: for the other members the peer ends at once with `refused`. Default true. */
  mesh?: boolean;
}

export interface SendOptions {
  /** Resolve when the other's app has it. Default true, unless `volatile`; false: when the server has taken it. */
  receipt?: boolean;
  /** Drop it rather than send it late: for “is typing” and pointer positions. Default false. */
  volatile?: boolean;
}

export interface PeerEvents {
  /** The caller is told `ringing` when it does ring at the other's. */
  state: PeerState;
  /** A track has come, and is in `remoteStream`. */
  track: MediaStreamTrack;
  /** A further stream, such as a shared screen. */
  stream: MediaStream;
  /** The other side has muted something, or no longer does; also in `remoteMuted`. */
  mute: Muted;
  /** The other side has made a data channel that this side has not. */
  channel: Channel;
  /** Once a second, as long as somebody listens. */
  stats: Stats;
  /** Of calls alone: whether the other's connection to the server is broken; the media may be quite well. */
  away: boolean;
}

/** `ringing`: a call; `asking`: a `peer`, not accepted yet; `reconnecting`: the media have stopped and may come back. */
export type PeerState = "ringing" | "asking" | "connecting" | "connected" | "reconnecting" | "ended";

/** Sends tracks of this side: a connection to one user, or a room to all of its members. */
export interface Sender {
  /**
   * The tracks of camera and microphone that are sent, for a picture of one's own: `video.srcObject = call.localStream`. The same
   * object as long as this lives; its tracks change with `addTrack`, `replaceTrack` and `removeTrack`. Without screens.
   */
  readonly localStream: MediaStream;
  /** The kinds that `mute` has muted. */
  readonly muted: Muted;
  /**
   * Mutes microphone or camera by the `enabled` of their tracks, and tells the other side (event `mute`); `false` ends
   * it. Tracks that are sent later are muted, too. Screens are not. A member of a room is muted with the whole room.
   */
  mute(kind: Kind, muted?: boolean): void;
  /**
   * Sends a further track, by default in the stream of the camera. Stopped at the end if `stream` of the call, peer or
   * room was a function.
   */
  addTrack(track: MediaStreamTrack, stream?: MediaStream): void;
  /**
   * Sends another track in the place of one; no renegotiation. `other` is stopped at the end if `track` is. In a room
   * it resolves when all members are sent it; the failure of one of them is told by the client's event `error`.
   */
  replaceTrack(track: MediaStreamTrack, other: MediaStreamTrack): Promise<void>;
  /** Sends it no more. Does not stop it before the end. */
  removeTrack(track: MediaStreamTrack): void;
  /**
   * Asks for a screen and sends it as a stream of its own. Stop its tracks to end it. In a room those
   * who come later are sent it, too.
   */
  shareScreen(options?: DisplayMediaStreamOptions): Promise<MediaStream>;
}

/** A connection to one user: a call, a member of a room, or one without ringing. */
export interface Peer<Given = any> extends Sender, Emitter<PeerEvents> {
  readonly userId: string;
  readonly state: PeerState;
  /** Why it has ended. */
  readonly reason: ErrorCode | undefined;
  /** The word of the one who ended it. */
  readonly detail: string | undefined;
  /** What the other side gave along; undefined: nothing, or nothing yet. */
  readonly data: Given | undefined;
  /** The other's sound and picture; the same object as long as this lives, and empty at first. */
  readonly remoteStream: MediaStream;
  /** The kinds that the other side has muted; none where its library or client does not tell. */
  readonly remoteMuted: Muted;
  /** For what is not covered here; it may be replaced after a reload of the other side. */
  readonly connection: RTCPeerConnection | null;
  /**
   * Takes it. Until then nothing is answered, and no address revealed. Resolves when the stream is there. When a function
   * for it fails, `accept` fails with `failed` and the connection goes on without: `accept` with another `stream` adds that.
   */
  accept(options?: AcceptOptions): Promise<void>;
  /**
   * The channel with this label; it is made if there is none. Either side may make it, or both: it is the same one.
   * `options` as for `RTCPeerConnection.createDataChannel`.
   */
  dataChannel(label: string, options?: RTCDataChannelInit): Channel;
  /** What there is to know now; bit rates are since the last look. */
  stats(): Promise<Stats>;
  /** Ends it for both sides; refuses one that asks. */
  close(detail?: string): void;
}

/** A call has the events of a peer, so that code may take either. */
export type CallEvents = PeerEvents;

export interface Call<Given = any> extends Peer<Given> {
  /** The server's name for it, once it has one: for logs and the admin API. Another one after it was found again. */
  readonly callId: string | undefined;
  readonly incoming: boolean;
  /** The caller's display name. */
  readonly name: string | undefined;
  /** What the other side means to send. */
  readonly media: { audio: boolean; video: boolean } | undefined;
  readonly away: boolean;
  /** The call that the other side wants to go on with, although this page, reloaded, does not know it any more. */
  readonly continues: string | undefined;
  /**
   * Picks up. Resolves when the stream is there and the caller is being told. When a function for it fails, `accept` fails
   * with `failed` and the call goes on without: `accept` with another `stream` adds that. With `waitForStream` it rings on
   * instead. A call of yours that still rings at the other's is cancelled. Where you are in a call it fails with `busy` and
   * rings on, or, with `replace`, hangs up that call first. All other calls that ring here end with `busy`.
   */
  accept(options?: AcceptOptions & { data?: Given; replace?: boolean }): Promise<void>;
  /** Ends it, whatever its state: cancels, rejects or hangs up. `detail`: a word for the other side, ≤ 128 characters. */
  hangUp(detail?: string): void;
  reject(detail?: string): void;
}

export interface RoomEvents<Said = any> {
  /** A connection to a member, those who were there first included; its own events tell the rest. */
  peer: Peer;
  message: IncomingMessage<Said>;
  "member-joined": string;
  "member-left": string;
  /** This user is no longer in it; why. */
  left: ErrorCode;
}

/** Its tracks are sent to all members, and to those who come later. */
export interface Room<Said = any> extends Sender, Emitter<RoomEvents<Said>> {
  readonly name: string;
  /** The others, and their display names. */
  readonly members: ReadonlyMap<string, string | undefined>;
  readonly peers: ReadonlyMap<string, Peer>;
  /** To all others. Resolves when the server has taken it. */
  send(data: Said, options?: { volatile?: boolean }): Promise<void>;
  /**
   * Connects anew to a member whose connection has ended, such as with the reason `failed`; the event `peer` tells of it.
   * A connection that there is stays as it is. null: nobody of this name is a member, or the room is without a mesh.
   */
  retry(userId: string): Peer | null;
  leave(): Promise<void>;
}

export interface ChannelEvents {
  open: undefined;
  /** A string or an ArrayBuffer. What came before somebody listened comes first. */
  message: any;
  closed: undefined;
}

/** A data channel. */
export interface Channel extends Emitter<ChannelEvents> {
  readonly label: string;
  readonly state: "connecting" | "open" | "closed";
  /** Bytes that were sent and have not left this page yet. */
  readonly bufferedAmount: number;
  /**
   * Sends as soon as it is open and there is room: await it, and any amount may be sent. At most 256 KiB at once.
   * Fails with `failed` for anything else than these types.
   */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): Promise<void>;
  /** Resolves when all that was sent has left this page, which is before it has arrived. Fails with `closed`. */
  flush(): Promise<void>;
  /**
   * Closes it on both sides, after all that was sent. Nothing can be sent any more, and what still comes is dropped.
   * Resolves when the other side has confirmed that it has everything: await it before you end the peer. Fails with
   * `closed` when the connection, or the other side's channel, ends before; silent where nobody awaits it. Where nothing
   * is confirmed, by a client without the library or with `maxRetransmits` or `maxPacketLifeTime`, it resolves
   * when the channel is closed. A browser that has not closed it 5 s after it was told to is waited for no longer.
   */
  close(): Promise<void>;
}

export interface Stats {
  /** null: not connected. */
  path: "direct" | "relayed" | null;
  /** ms */
  roundTrip: number | null;
  received: { audio?: MediaStats; video?: MediaStats };
  sent: { audio?: MediaStats; video?: MediaStats };
}

/** Of several pictures, such as camera and screen, the busiest. */
export interface MediaStats {
  /** Bits a second, since the last look. */
  bitrate: number;
  /** Of the packets, from 0 to 1. */
  loss: number;
  width?: number;
  height?: number;
}
