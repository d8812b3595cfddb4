//! Connections without ringing, data channels and rooms, by the client library.

use futures_util::future::join_all;

use crate::demo::Demo;
use crate::pairs::in_every_pair;

in_every_pair! {
    three_data_peers_connect_at_once_and_one_who_refuses_does_not,
    fifty_megabytes_go_through_a_data_channel_intact,
    a_file_arrives_whole_from_a_channel_that_is_closed_behind_it,
    to_close_a_channel_fails_when_the_other_side_ends_before_it_has_everything,
    a_channel_to_a_client_without_the_library_is_closed_without_a_confirmation,
    a_channel_that_is_closed_as_soon_as_it_is_open_ends_on_both_sides,
}

async fn three_data_peers_connect_at_once_and_one_who_refuses_does_not(demo: &Demo) {
    let hub = demo.app_user("hub").await;
    let others = join_all(["a", "b", "c"].map(|user| demo.app_user(user))).await;
    let no = demo.app_user("no").await;
    no.value(
        "(lab.me.on('peer', (peer) => { lab.sdp = peer.connection; peer.close('no'); }), true)",
    )
    .await;
    for page in &others {
        page.value("(lab.me.on('peer', (peer) => { lab.peer = peer; peer.accept(); }), true)")
            .await;
        page.sees("lab.me.people.size >= 1").await;
    }

    let all = "Promise.allSettled(['a', 'b', 'c', 'no'].map((user) => lab.me.peer(user, { data: 'game' })))";
    let outcomes =
        format!("(lab.peers = await {all}).map((it) => it.value?.state ?? it.reason.code)");
    let outcomes = hub.value(&outcomes).await;

    assert_eq!(outcomes, serde_json::json!(["connected", "connected", "connected", "refused"]));
    assert_eq!(no.value("lab.sdp").await, serde_json::Value::Null, "no address was revealed");
    hub.value("lab.peers.slice(0, 3).map(({ value }, n) => value.dataChannel('game', { ordered: false }).send(`hi ${n}`)).length")
        .await;
    for (n, page) in others.iter().enumerate() {
        let hears = "lab.peer.dataChannel('game').on('message', (it) => (lab.said = it))";
        page.value(&format!("(({hears}), lab.peer.data)")).await;
        page.sees(&format!("lab.said === 'hi {n}'")).await;
        let paths =
            "(await lab.reports(lab.peer, 'data-channel')).some((it) => it.bytesReceived > 0)";
        page.sees(paths).await;
    }
    hub.value("lab.peers[0].value.close()").await;
    others[0].sees("lab.peer.state === 'ended'").await;
    hub.has_heard_of_no_error().await;
}

async fn fifty_megabytes_go_through_a_data_channel_intact(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    let receive = "lab.me.on('peer', async (peer) => { \
          lab.got = 0; lab.sum = 0; \
          peer.dataChannel('file').on('message', (piece) => { \
            const bytes = new Uint32Array(piece); lab.got += piece.byteLength; \
            for (const it of bytes) lab.sum = (lab.sum * 31 + it) >>> 0; }); \
          await peer.accept(); lab.call = peer; })";
    bo.value(&format!("({receive}, true)")).await;

    let send = "const peer = await lab.me.peer('bo'); lab.call = peer; let sum = 0, n = 0; \
         const channel = peer.dataChannel('file'); \
         for (let piece = 0; piece < 800; piece++) { \
           const words = new Uint32Array(16384); \
           for (let i = 0; i < words.length; i++) { words[i] = n++; sum = (sum * 31 + words[i]) >>> 0; } \
           await channel.send(words); } \
         return sum;";
    ana.value(&format!("((async () => {{ {send} }})().then((sum) => (lab.sum = sum)), true)"))
        .await;

    bo.sees("lab.got === 800 * 65536").await;
    ana.sees("lab.sum !== undefined").await;
    assert_eq!(ana.value("lab.sum").await, bo.value("lab.sum").await);
    let of_file =
        "(await lab.reports(lab.call, 'data-channel')).filter((it) => it.label === 'file')";
    let bytes = format!("({of_file}).reduce((sum, it) => sum + it.bytesReceived, 0)");
    assert_eq!(bo.value(&bytes).await, 800 * 65_536);
    ana.has_heard_of_no_error().await;
}

async fn a_file_arrives_whole_from_a_channel_that_is_closed_behind_it(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    // In the second round the channel is made by both sides.
    for (round, both) in [(1, false), (2, true)] {
        let receives =
            "(channel) => channel.on('message', (piece) => (lab.got += piece.byteLength))";
        let made = if both {
            format!("({receives})(peer.dataChannel('file'))")
        } else {
            format!("peer.on('channel', {receives})")
        };
        let receive = format!(
            "(lab.got = 0, lab.off?.(), lab.off = lab.me.on('peer', (peer) => {{ {made}; peer.accept(); }}), true)"
        );
        bo.value(&receive).await;

        let send = "const peer = await lab.me.peer('bo'); const channel = peer.dataChannel('file'); \
            for (let piece = 0; piece < 320; piece++) await channel.send(new ArrayBuffer(65536)); \
            await channel.close(); peer.close(); return true;";
        ana.value(&format!(
            "(lab.sent = 0, (async () => {{ {send} }})().then(() => (lab.sent = {round})), true)"
        ))
        .await;

        ana.sees(&format!("lab.sent === {round}")).await;
        bo.sees("lab.got === 320 * 65536").await;
    }
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

async fn to_close_a_channel_fails_when_the_other_side_ends_before_it_has_everything(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    // As if the page had died: the library says no goodbye.
    let receive = "(lab.me.on('peer', (peer) => { \
          peer.dataChannel('file').on('message', () => peer.connection.close()); \
          peer.accept(); }), true)";
    bo.value(receive).await;

    let send = "const peer = await lab.me.peer('bo'); const channel = peer.dataChannel('file'); \
        for (let piece = 0; piece < 320; piece++) channel.send(new ArrayBuffer(65536)).catch(() => {}); \
        await channel.close();";
    let outcome = "() => (lab.outcome = 'closed in order'), ({ code }) => (lab.outcome = code)";
    ana.value(&format!("((async () => {{ {send} }})().then({outcome}), true)")).await;

    ana.sees("lab.outcome === 'closed'").await;
}

async fn a_channel_to_a_client_without_the_library_is_closed_without_a_confirmation(demo: &Demo) {
    let ana = demo.app_user("ana").await;
    // It does not say by its descriptions that it knows the words of the library.
    let other = "{ platform: { WebSocket: class extends WebSocket { \
        send(text) { super.send(text.replace(/,\"muted\":\\[.*?\\]/, '')); } } } }";
    let bo = demo.app_user_with(demo.address, "bo", other).await;
    let receive = "(lab.me.on('peer', (peer) => { \
          lab.peer = peer; \
          peer.on('channel', (channel) => { \
            channel.on('message', (it) => (lab.got = it)); \
            channel.on('closed', () => (lab.ended = true)); }); \
          peer.accept(); }), true)";
    bo.value(receive).await;

    let send = "lab.peer = await lab.me.peer('bo'); lab.channel = lab.peer.dataChannel('file'); \
        await lab.channel.send('all'); return lab.peer.state;";
    assert_eq!(ana.value(&format!("await (async () => {{ {send} }})()")).await, "connected");
    // Firefox does not see the end of a channel that Chromium closes sooner.
    bo.sees("lab.got === 'all'").await;
    assert_eq!(ana.value("await lab.channel.close()").await, serde_json::Value::Null);

    bo.sees("lab.ended").await;
    // Nothing was said over the control channel.
    let control =
        "(await lab.reports(lab.peer, 'data-channel')).find((it) => it.label === 'switchboard')";
    assert_eq!(bo.value(&format!("{control}.messagesReceived")).await, 0);
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

async fn a_channel_that_is_closed_as_soon_as_it_is_open_ends_on_both_sides(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    let receive = "(lab.ended = 0, lab.me.on('peer', (peer) => { \
          peer.on('channel', (channel) => channel.on('closed', () => lab.ended++)); \
          peer.accept(); }), true)";
    bo.value(receive).await;

    let one = "const channel = lab.peer.dataChannel('file'); await channel.send('all'); await channel.close();";
    let all = format!(
        "lab.peer = await lab.me.peer('bo'); for (lab.closed = 0; lab.closed < 20; lab.closed++) {{ {one} }}"
    );
    ana.value(&format!("((async () => {{ {all} }})(), true)")).await;

    ana.sees("lab.closed === 20").await;
    bo.sees("lab.ended === 20").await;
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}
