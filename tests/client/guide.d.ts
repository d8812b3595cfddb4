/** Names that the blocks of code in the guide take for granted: add those of a new block here. Only for the compiler. */
type Library = typeof import("../../static/switchboard.js");
type Api = import("../../static/switchboard.js").Switchboard;

declare const connect: Library["connect"];
declare const me: Api;
declare const call: import("../../static/switchboard.js").Call;
declare const peer: import("../../static/switchboard.js").Peer;
declare const room: import("../../static/switchboard.js").Room;
declare const channel: import("../../static/switchboard.js").Channel;

/** The app's own. */
declare const camera: () => Promise<MediaStream>;
declare const pieces: Iterable<ArrayBuffer>;
declare function show(...what: unknown[]): void;
declare function hide(what: unknown): void;
declare function say(words: string): void;
declare function mark(...what: unknown[]): void;
declare const button: HTMLButtonElement;
declare function fill(what: unknown): void;
declare const select: HTMLSelectElement;
declare const meter: HTMLMeterElement;
declare const theirs: HTMLMeterElement;
declare const own: HTMLMeterElement;
declare let leaveView: () => void;

/** Of Node and of React Native, whose types are not installed. */
declare const process: any;
declare module "react-native";
declare module "react-native-webrtc";
declare module "react-native-url-polyfill/auto";
