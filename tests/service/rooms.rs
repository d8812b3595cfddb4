//! Three users in a room: who is told what, and who offers.

use serde_json::json;

use super::harness::{Client, TestServer, config};

async fn join(client: &mut Client, room: &str) -> serde_json::Value {
    client.asks(json!({"type": "join", "room": room})).await
}

#[actix_rt::test]
async fn the_newcomer_learns_who_is_there_and_offers_and_the_others_learn_of_it() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let mut cyd = server.connects("cyd").await;

    assert_eq!(join(&mut ana, "den").await["members"], json!([]));
    assert_eq!(join(&mut bo, "den").await["members"], json!(["ana"]));
    let joined = json!({"type": "member-joined", "room": "den", "userId": "bo"});
    assert_eq!(ana.hears().await, joined);
    let mut members = join(&mut cyd, "den").await["members"].as_array().unwrap().clone();
    members.sort_by_key(ToString::to_string);
    assert_eq!(members, [json!("ana"), json!("bo")]);
    for client in [&mut ana, &mut bo] {
        assert_eq!(client.expects("member-joined").await["userId"], "cyd");
    }

    for to in ["ana", "bo"] {
        cyd.says(json!({"type": "offer", "to": to, "room": "den", "data": to}));
    }
    for client in [&mut ana, &mut bo] {
        let offer = client.expects("offer").await;
        assert_eq!((&offer["room"], &offer["data"]), (&json!("den"), &json!(client.user)));
        client.says(json!({"type": "answer", "to": "cyd", "room": "den", "data": 1}));
        assert_eq!(cyd.expects("answer").await["from"], json!(client.user));
    }
    // Joining again is answered again and told to nobody.
    assert_eq!(join(&mut cyd, "den").await["type"], "room-joined");
    cyd.says(json!({"type": "message", "room": "den", "data": "hello"}));
    for client in [&mut ana, &mut bo] {
        let said = json!({"type": "message", "from": "cyd", "room": "den", "data": "hello"});
        assert_eq!(client.hears().await, said);
    }
    cyd.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_leaves_or_vanishes_is_told_to_those_who_stay() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let mut cyd = server.connects("cyd").await;
    for client in [&mut ana, &mut bo, &mut cyd] {
        join(client, "den").await;
        join(client, "attic").await;
    }
    for _ in 0..4 {
        ana.expects("member-joined").await;
    }
    for _ in 0..2 {
        bo.expects("member-joined").await;
    }

    let left = bo.asks(json!({"type": "leave", "room": "den"})).await;
    assert_eq!(left["type"], "room-left");
    assert_eq!(left["members"].as_array().unwrap().len(), 2);
    for client in [&mut ana, &mut cyd] {
        let told = json!({"type": "member-left", "room": "den", "userId": "bo"});
        assert_eq!(client.hears().await, told);
    }
    bo.is_refused(json!({"type": "message", "room": "den", "data": 1}), "not-in-room").await;
    ana.is_refused(json!({"type": "offer", "to": "bo", "room": "den", "data": 1}), "not-in-room")
        .await;

    cyd.vanishes();
    let mut rooms = [ana.expects("member-left").await, ana.expects("member-left").await];
    rooms.sort_by_key(ToString::to_string);
    assert_eq!((&rooms[0]["room"], &rooms[1]["room"]), (&json!("attic"), &json!("den")));
    assert_eq!(bo.expects("member-left").await["room"], "attic");
    server.comes_to("two rooms", |it, _| it.rooms == 2).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_room_does_not_make_busy() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    join(&mut ana, "den").await;
    join(&mut bo, "den").await;
    ana.expects("member-joined").await;
    ana.calls("bo").await;
    bo.expects("call-request").await;
    server.ends_clean().await;
}
