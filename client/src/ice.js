/**
 * ICE restarts between browsers that do them differently.
 *
 * Until the answer to its ICE restart comes, a browser of libwebrtc (Chromium, Safari) sends checks from its new
 * candidates to the old ones of the other side. Firefox answers these, so the pair is nominated and kept, but its new ICE
 * session knows nothing of it: its picture stands still, and both say `connected`. When Firefox restarts, no such pair
 * stays.
 */
import { isOfFirefox, ufragIn } from "./sdp.js";

/**
 * Whether this side restarts ICE as well, after it has answered an offer.
 * @param {string} before what the other side said before @param {string} offer @param {string | undefined} answer of this side
 */
export const restartsToo = (before, offer, answer) => ufragIn(before) !== ufragIn(offer) && isOfFirefox(answer) && !isOfFirefox(offer);
