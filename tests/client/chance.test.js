/**
 * Calls, messages and rooms while lines are cut and sessions are lost, by chance: in the end both are in the same call or
 * in none, the server agrees, and every message has come once, in order, or its sender was told; who is in a room is
 * connected to everybody else in it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchange, chance } from "./exchange.js";
import { Stream, settle } from "./fakes.js";

const RUNS = Number(process.env.SWITCHBOARD_RUNS ?? 40);
const USERS = ["ana", "bo"];
const otherOf = (user) => USERS.find((it) => it !== user);

class Story {
  told = [];
  chats = { ana: [], bo: [] };
  heard = { ana: [], bo: [] };

  static async begins(seed, losses, users = USERS) {
    const story = Object.assign(new Story(), { seed, losses, users, random: chance(seed) });
    story.exchange = new Exchange(story.random);
    for (const user of users) {
      const { me } = await story.exchange.connects(user);
      story[user] = me;
      me.on("message", ({ data }) => story.heard[user].push(data));
    }
    return story;
  }

  /** Somebody does something, and some of what is said is carried. */
  async acts(actsOf) {
    const user = this.users[Math.floor(this.random() * this.users.length)];
    const acts = {
      ...actsOf.call(this, this[user], user),
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

  calling(me, user) {
    const other = otherOf(user);
    return {
      calls: () => me.call(other, { stream: Stream.of("audio") }).catch(() => {}),
      "picks up": () => me.currentCall?.incoming && me.currentCall.accept(),
      "picks up in time": () => me.currentCall?.incoming && me.currentCall.accept(),
      "hangs up": () => this.random() < 0.4 && me.currentCall?.hangUp(),
      "adds a track": () => me.currentCall && !me.currentCall.incoming && this.random() < 0.3 && me.currentCall.addTrack(Stream.of("video").getTracks()[0]),
      says: () => this.#says(user, other),
      "says more": () => this.#says(user, other),
    };
  }

  /** Three, each of whom may be called by the others at once. */
  waiting(me, user) {
    const others = this.users.filter((it) => it !== user);
    const one = (all) => all[Math.floor(this.random() * all.length)];
    const ringing = () => [...me.calls].filter((it) => it.incoming && it.state === "ringing");
    const stream = Stream.of("audio");
    return {
      calls: () => me.call(one(others), { stream }).catch(() => {}),
      "calls again": () => me.call(one(others), { stream }).catch(() => {}),
      "picks up": () => one(ringing())?.accept({ stream }).catch(() => {}),
      "picks up instead": () => one(ringing())?.accept({ stream, replace: true }).catch(() => {}),
      rejects: () => one(ringing())?.reject(),
      "hangs up": () => this.random() < 0.4 && me.currentCall?.hangUp(),
    };
  }

  meeting(me) {
    return {
      joins: () => me.join("standup", { stream: Stream.of("audio") }).catch(() => {}),
      "joins again": () => me.join("standup", { stream: Stream.of("audio") }).catch(() => {}),
      leaves: () => this.random() < 0.5 && me.rooms.get("standup")?.leave(),
    };
  }

  #says(user, other) {
    const chat = { text: this.chats[user].length, fate: null };
    this.chats[user].push(chat);
    this[user].send(other, chat.text).then(() => (chat.fate = "delivered"), (error) => (chat.fate = error.code));
  }

  async passes(ms) {
    for (const user of this.users) await this.exchange.pages[user].clock.advance(ms);
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
      for (let act = 0; act < 40; act++) await story.acts(story.calling);
      await story.ends();
      const why = `seed ${seed}, ${story.states}: ${story.told.join(", ")}`;

      const [ana, bo] = USERS.map((user) => story[user].currentCall);
      assert.equal(ana?.callId, bo?.callId, why);
      assert.equal(story.exchange.own("ana")?.id, ana?.callId, why);
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

for (const losses of [false, true]) {
  test(`three users with several calls at once agree in the end, whatever is cut${losses ? " and whichever session is lost" : ""}`, async () => {
    const users = ["ana", "bo", "cleo"];
    let most = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const story = await Story.begins(seed, losses, users);
      const heard = [];
      for (const user of users) story[user].on("call", (call) => heard.push(call));
      for (let act = 0; act < 60; act++) {
        await story.acts(story.waiting);
        most = Math.max(most, ...users.map((user) => story[user].calls.size));
      }
      await story.ends();
      const why = `seed ${seed}: ${story.told.join(", ")}`;
      for (const user of users) {
        const { calls } = story[user];
        const states = [...calls].map(({ state }) => state);
        assert.ok(["", "connected"].includes(states.join()), `${user}: ${states}, ${why}`);
        assert.deepEqual([...calls].map(({ callId }) => callId), story.exchange.callsOf(user).map(({ id }) => id), `${user}, ${why}`);
        assert.deepEqual(story.exchange.pages[user].heard("error").map(({ code, message }) => code ?? message), [], `${user}, ${why}`);
      }
      const alive = users.flatMap((user) => [...story[user].calls]);
      for (const call of heard) assert.ok(call.state === "ended" || alive.includes(call), why);
      for (const user of users) story[user].close();
      await settle();
      for (const user of users) assert.equal(story.exchange.pages[user].clock.running, 0, why);
    }
    assert.ok(most >= 2, "several at once");
  });
}

for (const losses of [false, true]) {
  test(`who is in a room is connected to all in it, whatever is cut${losses ? " and whichever session is lost" : ""}`, async () => {
    const users = ["ana", "bo", "cleo"];
    for (let seed = 1; seed <= RUNS; seed++) {
      const story = await Story.begins(seed, losses, users);
      for (let act = 0; act < 40; act++) await story.acts(story.meeting);
      await story.ends();
      const why = `seed ${seed}: ${story.told.join(", ")}`;

      const { members, pages } = story.exchange;
      for (const user of users) {
        const room = story[user].rooms.get("standup");
        const others = [...members].filter((it) => it !== user).sort();
        assert.equal(room !== undefined, members.has(user), `${user}, ${why}`);
        if (room) {
          assert.deepEqual([...room.members.keys()].sort(), others, `${user}, ${why}`);
          const peers = [...room.peers.values()].map(({ userId, state }) => `${userId} ${state}`).sort();
          assert.deepEqual(peers, others.map((it) => `${it} connected`), `${user}, ${why}`);
        }
        const open = pages[user].connections.filter(({ signalingState }) => signalingState !== "closed");
        assert.equal(open.length, room ? others.length : 0, `${user}, ${why}`);
        assert.deepEqual(pages[user].heard("error").map(({ code, message }) => code ?? message), [], `${user}, ${why}`);
      }
      for (const user of users) story[user].close();
      await settle();
      for (const user of users) assert.equal(pages[user].clock.running, 0, why);
    }
  });
}
