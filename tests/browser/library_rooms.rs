//! Rooms by the client library.

use futures_util::future::join_all;
use serde_json::json;

use crate::demo::Demo;
use crate::line::{Line, Program};
use crate::pairs::in_every_pair;

in_every_pair! {
    three_users_in_a_room_see_each_other_and_one_leaves,
    a_room_outlasts_a_killed_server_and_who_comes_later_meets_everybody,
    a_member_without_a_mesh_is_not_waited_for,
}

async fn three_users_in_a_room_see_each_other_and_one_leaves(demo: &Demo) {
    let users = ["ana", "bo", "cleo"];
    let pages = join_all(users.map(|user| demo.app_user(user))).await;
    for page in &pages {
        page.value("await lab.joins('standup')").await;
    }

    for page in &pages {
        page.sees_members_moving(2).await;
    }
    pages[0].value("(lab.room.on('message', ({ data }) => (lab.said = data)), true)").await;
    pages[1].value("await lab.room.send('good morning').then(() => true)").await;
    pages[0].sees("lab.said === 'good morning'").await;

    pages[2].value("lab.room.leave().then(() => true)").await;
    pages[2].sees("lab.tidy() && lab.me.rooms.size === 0").await;
    for page in &pages[..2] {
        page.sees("lab.room.peers.size === 1 && lab.room.members.size === 1").await;
        page.sees_members_moving(1).await;
        page.has_heard_of_no_error().await;
    }
}

async fn a_room_outlasts_a_killed_server_and_who_comes_later_meets_everybody(demo: &Demo) {
    let program = Program::start();
    let line = Line::to(program.address);
    let users = ["ana", "bo", "cleo"];
    let pages = join_all(users.map(|user| demo.app_user_at(line.address, user))).await;
    for page in &pages {
        page.may_lose_its_connection();
        page.value("await lab.joins('standup')").await;
    }
    for page in &pages {
        page.sees_members_moving(2).await;
        page.value("lab.watchPicture(...lab.room.peers.values())").await;
    }

    drop(program);
    for page in &pages {
        page.sees("lab.me.state === 'waiting'").await;
        page.sees_members_moving(2).await;
    }
    let program = Program::start();
    line.lead_to(program.address);

    for page in &pages {
        page.sees("lab.me.state === 'online' && lab.room.members.size === 2").await;
        page.sees_members_moving(2).await;
        page.never_stopped_moving().await;
        let undisturbed = "[...lab.room.peers.values()].every(({ states }) => states.at(-1) === 'connected' && !states.includes('reconnecting'))";
        page.sees(undisturbed).await;
    }
    let dora = demo.app_user_at(line.address, "dora").await;
    dora.value("await lab.joins('standup')").await;
    dora.sees_members_moving(3).await;
    for page in &pages {
        page.sees_members_moving(3).await;
        page.has_heard_of_no_error().await;
    }
    pages[0].value("lab.room.leave().then(() => true)").await;
    dora.sees("lab.room.peers.size === 2 && lab.room.members.size === 2").await;
    dora.sees_members_moving(2).await;
    // The server ends with this function: a page that came later has no reason to look for it.
    dora.value("lab.me.close() ?? true").await;
}

async fn a_member_without_a_mesh_is_not_waited_for(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    ana.value("await lab.joins('standup')").await;
    ana.value("(lab.room.on('peer', (peer) => (lab.met = peer)), true)").await;
    ana.value("(lab.room.on('message', ({ data }) => (lab.said = data)), true)").await;

    bo.value("(lab.room = await lab.me.join('standup', { mesh: false }), true)").await;

    // The one that was there first.
    ana.sees("lab.met?.state === 'ended' && lab.met.reason === 'refused'").await;
    assert_eq!(ana.value("[lab.room.members.size, lab.room.peers.size]").await, json!([1, 0]));
    bo.value("await lab.room.send('good morning').then(() => true)").await;
    ana.sees("lab.said === 'good morning'").await;
    // The one that comes later, and offers.
    ana.value("lab.room.leave().then(() => true)").await;
    ana.value("await lab.joins('standup')").await;
    ana.sees("lab.room.members.size === 1 && lab.room.peers.size === 0").await;
    assert_eq!(bo.value("lab.room.peers.size").await, 0);
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}
