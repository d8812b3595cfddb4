/**
 * The way into a room: its name, typed or in the address of the page (`/?room=standup`), and the link for others.
 *
 * Promises: the address names the room as long as this page is in it, so that a reload leads back into it.
 */

import { part } from "./dom.js";
import { roomProblem } from "./identity.js";
import { onLanguage, words } from "./words.js";

const form = part("room-form", HTMLFormElement);
const field = part("room-input", HTMLInputElement);
const row = part("room-asked", HTMLElement);
const button = part("room-join", HTMLButtonElement);
const problem = part("room-problem", HTMLElement);
const hint = part("room-hint", HTMLElement);
const copy = part("room-copy", HTMLButtonElement);
const invitation = part("sign-in-room", HTMLElement);

export class RoomForm {
  /** @param {{ join: (name: string) => void }} acts */
  constructor({ join }) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!button.disabled && this.#check(field.value.trim())) join(field.value.trim());
    });
    field.addEventListener("input", () => this.#complain(""));
    copy.addEventListener("click", copyLink);
    onLanguage(() => {
      renderInvitation();
      if (problem.textContent) this.#complain(roomProblem(field.value.trim()) ?? "");
    });
    renderInvitation();
  }

  /**
   * The room of the address, if anybody can enter it; what is wrong with it stands below the field.
   * @returns {string | null}
   */
  asked() {
    const name = roomOfAddress();
    if (name === null) return null;
    field.value = name;
    return this.#check(name) ? name : null;
  }

  /** @param {string | null} name of the room in which this page is now; null: in none */
  show(name) {
    const address = new URL(location.href);
    if (name === null) address.searchParams.delete("room");
    else address.searchParams.set("room", name);
    if (address.href !== location.href) history.replaceState(null, "", address);
    if (name === null) field.value = "";
    renderInvitation();
  }

  /** @param {{ phase: "out" | "joining" | "in", joinable: boolean }} state */
  render({ phase, joinable }) {
    button.disabled = !joinable;
    row.hidden = phase !== "out";
    copy.hidden = phase === "out";
    hint.classList.toggle("unseen", phase === "out");
    if (phase === "out") delete hint.dataset.link;
    hint.textContent = hint.dataset.link ?? words(phase === "out" ? "room.hint" : "room.hint-in", { room: roomOfAddress() ?? "" });
    copy.textContent = words(copy.dataset.copied === "true" ? "room.copied" : "room.copy");
  }

  /** @param {string} name */
  #check(name) {
    const wrong = roomProblem(name);
    this.#complain(wrong ?? "");
    if (wrong) field.focus();
    return wrong === null;
  }

  /** @param {string} sentence */
  #complain(sentence) {
    problem.textContent = sentence;
    field.setAttribute("aria-invalid", String(sentence !== ""));
  }
}

/** @returns {string | null} */
function roomOfAddress() {
  return new URLSearchParams(location.search).get("room");
}

/** A link that asks its reader who they are: this page's own address may name a user. */
function link() {
  const address = new URL(location.pathname, location.href);
  address.searchParams.set("room", roomOfAddress() ?? "");
  return address.href;
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(link());
    copy.dataset.copied = "true";
    copy.textContent = words("room.copied");
    setTimeout(() => {
      copy.dataset.copied = "false";
      copy.textContent = words("room.copy");
    }, 2000);
  } catch {
    // Insecure pages have no clipboard: the link is shown, to be copied by hand.
    hint.dataset.link = hint.textContent = link();
    getSelection()?.selectAllChildren(hint);
  }
}

function renderInvitation() {
  const name = roomOfAddress();
  const wrong = name === null ? null : roomProblem(name);
  invitation.hidden = name === null;
  invitation.textContent = name === null ? "" : (wrong ?? words("sign-in.room", { room: name }));
  invitation.dataset.wrong = String(wrong !== null);
}
