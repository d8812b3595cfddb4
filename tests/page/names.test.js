// How people are called on the page, whatever they call themselves.
import assert from "node:assert/strict";
import test from "node:test";

import "./document.js";

const { characters, displayName, learn, nameOf, quoted, usersAre } = await import("../../static/demo/names.js");

test("somebody who is called as what every object has is called by that", () => {
  learn("constructor", Object.prototype.constructor);
  assert.equal(displayName("constructor"), "constructor");
  assert.equal(nameOf("constructor"), "constructor");
});

test("a display name that was heard once is kept", () => {
  learn("22", "李雷");
  learn("22", undefined);
  assert.equal(nameOf("22"), "李雷");
});

test("the userId follows a name only where somebody else could be meant", () => {
  learn("31", "Ana");
  assert.equal(nameOf("31"), "Ana");
  learn("32", "ana");
  assert.deepEqual([nameOf("31"), nameOf("32")], ["Ana (31)", "ana (32)"]);
  learn("32", "Bea");
  assert.deepEqual([nameOf("31"), nameOf("32")], ["Ana", "Bea"]);
});

test("somebody who is called as another user's userId, as the server or as this page itself is told apart", () => {
  learn("41", "Carl");
  usersAre((userId) => userId === "carl");
  assert.equal(nameOf("41"), "Carl (41)");
  learn("carl", "Carl");
  assert.equal(nameOf("41"), "Carl (41)");
  learn("41", "Karl");
  assert.equal(nameOf("carl"), "Carl", "the name that is one's own userId is nobody else's");
  learn("41", "Carl");
  learn("carl", "carl");
  usersAre(() => false);
  learn("42", "The Server");
  learn("43", "You");
  assert.deepEqual([nameOf("42"), nameOf("43")], ["The Server (42)", "You (43)"]);
});

test("long names that are cut to the same beginning are told apart", () => {
  learn("51", `${"x".repeat(30)}1`);
  learn("52", `${"x".repeat(30)}2`);
  assert.equal(nameOf("52"), `${"x".repeat(27)}… (52)`);
});

test("a name cannot turn the text around it, nor hide behind what is not seen", () => {
  learn("eve", "\u202E\u2066\u200Fsdrawkcab\u2069");
  assert.equal(nameOf("eve"), "sdrawkcab");
  learn("nobody", "\u200B\u2060 ");
  assert.equal(nameOf("nobody"), "nobody");
});

test("a name that is written from right to left keeps to itself", () => {
  learn("dana", "דנה");
  assert.equal(nameOf("dana"), "\u2068דנה\u2069");
});

test("control characters are no part of a name", () => {
  learn("bell", "Be\u0007ll\u0085\n");
  assert.equal(nameOf("bell"), "Bell");
});

test("foreign text in a sentence is isolated, and cannot end that", () => {
  assert.equal(quoted("\u2069\u202Eon\u0000 your bank\u2069"), "\u2068on your bank\u2069");
});

test("a long name is cut between what a reader takes for characters", () => {
  const family = "👨‍👩‍👧";
  assert.deepEqual(characters(`${family}e\u0301`), [family, "e\u0301"]);
  learn("many", family.repeat(40));
  assert.equal(nameOf("many"), `${family.repeat(27)}…`);
});

test("a name that no room can have is refused in the words of rooms", async () => {
  const { roomProblem, tokenProblem, userIdProblem } = await import("../../static/demo/identity.js");
  assert.match(roomProblem("stand up"), /^The name of a room cannot contain spaces/);
  assert.match(roomProblem("50%"), /^The name of a room cannot contain “%”/);
  assert.match(roomProblem("x".repeat(65)), /^The name of a room has at most 64/);
  assert.match(userIdProblem("two words"), /^A name cannot contain spaces/);
  assert.equal(roomProblem("standup"), null);
  assert.deepEqual([tokenProblem("eyJh.eyJz-_.x"), tokenProblem("")], [null, "Please enter your access token."]);
  assert.match(tokenProblem("two words"), /^An access token has letters/);
});
