/**
 * Calls and messages of two users while their lines are cut and their sessions are lost, by chance: in the end both are
 * in the same call or in none, the server agrees, and every message has come once, in order, or its sender was told.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchange, chance } from "./exchange.js";
import { Stream, settle } from "./fakes.js";

const RUNS = Number(process.env.SWITCHBOARD_RUNS ?? 80);
const USERS = ["ana", "bo"];
const otherOf = (user) => USERS.find((it) => it !== user);

class Story {
  told = [];
  chats = { ana: [], bo: [] };
  heard = { ana: [], bo: [] };

  static async begins(seed, losses) {
    const story = Object.assign(new Story(), { seed, losses, random: chance(seed) });
    story.exchange = new Exchange(story.random);
    for (const user of USERS) {
      const { me } = await story.exchange.connects(user);
      story[user] = me;
      me.on("message", ({ data }) => story.heard[user].push(data));
    }
    return story;
  }

  async acts() {
    const user = USERS[Math.floor(this.random() * 2)];
    const other = otherOf(user);
    const me = this[user];
    const acts = {
      calls: () => me.call(other, { stream: Stream.of("audio") }).catch(() => {}),
      "picks up": () => me.currentCall?.incoming && me.currentCall.accept(),
      "picks up in time": () => me.currentCall?.incoming && me.currentCall.accept(),
      "hangs up": () => this.random() < 0.4 && me.currentCall?.hangUp(),
      says: () => this.#says(user, other),
      "says more": () => this.#says(user, other),
      "is cut off": () => this.exchange.cuts(user),
      "is lost": () => this.losses && this.random() < 0.5 && this.exchange.cuts(user, true),
      waits: () => {},
    };
    const names = Object.keys(acts);
    const act = names[Math.floor(this.random() * names.length)];
    this.told.push(`${user} ${act}`);
    acts[act]();
    await (act === "waits" ? this.passes(Math.floor(this.random() * 3000)) : settle());
    for (let steps = Math.floor(this.random() * 8); steps > 0; steps--) await this.exchange.step();
  }

  #says(user, other) {
    const chat = { text: this.chats[user].length, fate: null };
    this.chats[user].push(chat);
    this[user].send(other, chat.text).then(() => (chat.fate = "delivered"), (error) => (chat.fate = error.code));
  }

  async passes(ms) {
    for (const user of USERS) await this.exchange.pages[user].clock.advance(ms);
  }

  /** Until nothing happens any more, and for longer than anybody waits for anything. */
  async ends() {
    for (let time = 0; time < 120_000; time += 500) {
      await this.exchange.quiet();
      await this.passes(500);
      if (time % 45_000 === 44_500) this.exchange.ringsNoMore();
    }
    await this.exchange.quiet();
  }

  get states() {
    return USERS.map((user) => this[user].currentCall?.state ?? "none");
  }
}

for (const losses of [false, true]) {
  test(`two users agree in the end, whatever is cut${losses ? " and whichever session is lost" : ""}`, async () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const story = await Story.begins(seed, losses);
      for (let act = 0; act < 40; act++) await story.acts();
      await story.ends();
      const why = `seed ${seed}, ${story.states}: ${story.told.join(", ")}`;

      const [ana, bo] = USERS.map((user) => story[user].currentCall);
      assert.equal(ana?.callId, bo?.callId, why);
      assert.equal(story.exchange.call?.id, ana?.callId, why);
      assert.ok(["none,none", "connected,connected"].includes(String(story.states)), why);

      for (const user of USERS) {
        const heard = story.heard[otherOf(user)];
        assert.deepEqual(heard, [...new Set(heard)].sort((a, b) => a - b), `in order and once: ${why}`);
        for (const { text, fate } of story.chats[user]) {
          assert.notEqual(fate, null, why);
          if (!losses) assert.equal(fate, "delivered", why);
          if (fate === "delivered") assert.ok(heard.includes(text), `${text} ${fate}: ${why}`);
          if (["undelivered", "not-sent", "user-offline"].includes(fate)) assert.ok(!heard.includes(text), `${text} ${fate}: ${why}`);
        }
        assert.deepEqual(story.exchange.pages[user].heard("error").map(({ code, message }) => code ?? message), [], why);
        story[user].close();
        await settle();
        assert.equal(story.exchange.pages[user].clock.running, 0, why);
      }
    }
  });
}
