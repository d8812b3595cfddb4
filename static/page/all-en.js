var en={"sign-out":"Sign out","language.failed":"The words could not be loaded.","name.with-id":"{name} ({id})",close:"Close","sign-in.heading":"Choose a name",
"sign-in.lead":"Others see and call you by this name. To try it alone, open this page in two tabs.","sign-in.room":"You are about to enter the room {room}.","si\
gn-in.name":"Name","sign-in.name-example":"for example ana or 11","sign-in.display-name":"Display name","sign-in.display-name-example":"as it should be shown","\
sign-in.optional":"optional","sign-in.generated":"Use a test picture and tone instead of my camera and microphone","sign-in.insecure":"This page came over plain\
 HTTP, where browsers offer no camera, microphone or screen. Calls work, with a test picture and tone. Open it over https, or on localhost, to use your camera.",
"sign-in.no-webrtc":"This browser has no WebRTC, or it is switched off. You can chat, but neither call, be called nor enter a room. Use another browser for that\
.","sign-in.token":"Access token","sign-in.token-lead":"This server lets in people who have an access token. Ask its operator for one, or for a link.","sign-in.\
by-token":"I have an access token","sign-in.by-name":"Sign in with a name instead","sign-in.do":"Sign in","name.choose":"Please choose a name.","name.choose-roo\
m":"Please give the room a name.","name.spaces":"A name cannot contain spaces. Put them into the display name.","name.alphabet":'A name cannot contain “{wrong}”\
. Use plain letters, digits and signs, except " \\ / ? # % ,',"name.long":"A name has at most {longest} characters; this one has {length}.","room-name.spaces":"\
The name of a room cannot contain spaces. Use “-” instead.","room-name.alphabet":'The name of a room cannot contain “{wrong}”. Use plain letters, digits and\
 signs, except " \\ / ? # % ,',"room-name.long":"The name of a room has at most {longest} characters; this one has {length}.","token.missing":"Please enter your\
 access token.","token.alphabet":"An access token has letters, digits and the signs “.”, “-” and “_” in it, and nothing else.","display-name.control":"\
A display name cannot contain control characters, or characters that change the direction of writing.","display-name.long":"A display name has at most {longest}\
 characters; this one has {length}.","status.begin":"Choose a name to begin.","status.connecting":"Connecting to the server…","status.online":"Signed in as {w\
ho}.","status.waiting":"{why} Trying again…","status.try-now":"Try now","status.again":"Sign in again","status.away":"You are signed out.","status.other-tab":"\
{who} is signed in in another tab of this browser. Use that tab, or choose another name.","status.use-here":"Use it here","status.left-call":"You were in a call\
 with {who} when you left this page.","people.heading":"People","people.search":"Find or call by name","people.more":"Show more","people.offline":"Not connected",
"people.untold":"This server does not say who is online. Type a name to call.","people.counted":"{count} others online, too many to list. Type a name to call.",
"people.total":"{count} others online","people.total-one":"1 other online","people.nobody":"Nobody else yet. Open this page in a second tab under another name.",
"people.not-found":"Nobody has this name, and nobody can: names are plain letters and digits.","people.absent":"not online","people.unlisted":"not listed","peop\
le.write":"Write to {who}","people.call":"Call {who}","people.unread":"{count} unread","people.block":"Block","people.unblock":"Unblock","people.blocked":"block\
ed","people.blocked-label":"Blocked people","people.blocked-list":"Blocked ({count})","people.blocked-now":"{who} is blocked and cannot call you or send you mes\
sages.","people.unblocked-now":"{who} is no longer blocked.","room.heading":"Room","room.example":"Room name","room.join":"Join","room.hint":"Anyone with the li\
nk can join.","room.hint-in":"You are in {room}.","room.copy":"Copy link","room.copied":"Copied","room.joining":"Entering {room}…","room.alone":"You are alone\
 in {room}. Send its link to others.","room.people":"{count} in {room}","room.missing":"({count} not connected)","room.left":"You have left {room}.","stage.labe\
l":"Call","stage.second-tab":"Open a second tab to try it alone","stage.play":"Play video and sound","stage.their-picture":"Video of {who}","stage.your-picture":"\
Your video","state.idle":"idle","state.calling":"ringing","state.incoming":"ringing","state.connecting":"connecting","state.connected":"in call","state.ended":"\
ended","state.joining":"entering","state.room":"in room","call.idle":"Pick somebody to call, or wait to be called.","call.idle-offline":"Not connected to the se\
rver: no calls just now.","call.opening":"Opening camera and microphone…","call.calling":"Calling {who}…","call.ringing":"Ringing {who}…","call.ringing-aw\
ay":"Ringing. {who} has lost the connection to the server and may come back.","call.ringing-offline":"Your connection to the server is broken. Whether it still \
rings at {who} is not known.","call.incoming":"{who} is calling.","call.again":"{who} wants to continue your call.","call.connecting":"Connecting to {who}…","\
call.talking":"You are talking with {who}.","call.shaky":"Audio and video from {who} have stopped. Waiting for them to come back…","call.away":"{who} has lost\
 the connection to the server and may come back. Audio and video go on.","call.offline":"Your connection to the server is broken. Audio and video go on.","incom\
ing.title":"{who} is calling","incoming.again":"{who} wants to continue your call","incoming.leaves":"Accepting will take you out of {room}.","incoming.generate\
d":"You answer with a test picture and tone.","incoming.many":"{count} people are calling","incoming.label":"Who is calling","incoming.replace":"Hang up and acc\
ept","incoming.aside":"Let it ring","incoming.act":"{act}: {who}","tile.you":"You","tile.named":"{who} · {note}","tile.camera-off":"camera off","tile.muted":"m\
uted","tile.generated":"test picture","tile.sharing":"sharing a screen","tile.connecting":"connecting…","tile.reconnecting":"reconnecting…","tile.failed":"n\
ot connected","tile.retry":"Try again","tile.retry-named":"Try again to connect with {who}","tile.screen":"Screen of {who}","controls.label":"Controls","control\
s.mute":"Mute","controls.unmute":"Unmute","controls.camera-off":"Camera off","controls.camera-on":"Camera on","controls.share":"Share","controls.unshare":"Stop \
sharing","controls.share-failed":"The screen could not be shared.","controls.chat":"Chat","controls.devices":"Devices","controls.float":"Picture-in-picture","co\
ntrols.float-failed":"Picture-in-picture could not be opened.","controls.full-screen":"Full screen","controls.full-screen-off":"Exit full screen","controls.full\
-screen-failed":"The browser did not allow full screen.","controls.hang-up":"Hang up","controls.leave":"Leave","controls.cancel":"Cancel","controls.call-again":"\
Call again","controls.accept":"Accept","controls.reject":"Decline","devices.camera":"Camera","devices.microphone":"Microphone","devices.speaker":"Speaker","devi\
ces.generated-picture":"Test picture","devices.generated-tone":"Test tone","devices.unnamed":"Device {number}","devices.done":"Done","media.insecure":"Browsers \
allow camera and microphone only on https pages and on localhost.","media.refused":"Camera and microphone were not allowed.","media.none":"No camera and no micr\
ophone were found.","media.no-microphone":"No microphone could be used.","media.no-camera":"No camera could be used.","media.camera-in-use":"The camera is in us\
e by another program.","media.microphone-in-use":"The microphone is in use by another program.","media.camera-refused":"The use of the camera was not allowed.",
"media.microphone-refused":"The use of the microphone was not allowed.","media.lost-camera":"The camera was disconnected.","media.lost-microphone":"The micropho\
ne was disconnected.","media.in-use":"Another program is using the camera or microphone.","media.failed":"Camera and microphone could not be opened.","media.ins\
tead":"{problem} The page sends a test {missing} instead.","media.missing-picture":"picture","media.missing-tone":"tone","media.missing-picture-and-tone":"pictu\
re and tone","chat.heading":"Chat","chat.message":"Message","chat.send":"Send","chat.write":"Write to {who}","chat.pick":"Message","chat.nobody":"Pick somebody \
to write to. Messages are kept in this page only.","chat.empty":"Your messages appear here.","chat.server":"The server","chat.sending":"sending…","chat.sendin\
g-meaning":"It is on its way, or waits for the connection to come back.","chat.sent":"sent","chat.sent-meaning":"The server has it and passes it on to everybody\
 in the room.","chat.delivered":"delivered","chat.delivered-meaning":"The other page has confirmed it.","chat.failed":"not delivered","chat.failed-meaning":"The\
 other side did not get it.","chat.missed":"Missed call","missed.many":"{count} missed calls: {who}.","dock.heading":"Inspector","dock.signaling":"Signaling","d\
ock.connection":"Media connection","self-test.open":"Self-test","self-test.heading":"Device and network check","close.unreachable":"The server cannot be reached\
.","close.1000":"The server closed the connection.","close.1001":"The server is shutting down.","close.1002":"The server closed the connection: this page broke \
the rules of WebSocket.","close.1003":"The server closed the connection: it got a kind of data that it does not accept.","close.1006":"The connection to the ser\
ver was lost.","close.1007":"The server closed the connection: it got text that is not valid UTF-8.","close.1009":"The server closed the connection: a message w\
as too large.","close.1011":"The server had an internal error.","close.1012":"The server is restarting.","close.1013":"The server is full.","close.4008":"The se\
rver heard nothing from this page for too long.","close.4009":"This page has a newer connection.","close.4029":"This page sent too many messages for too long.",
"close.4053":"This page was too slow to receive its messages.","close.4401":"Your access token has expired. Open this page with a new one: ?token=…","close.45\
00":"The server closed the connection: it did not understand this page.","close.4501":"An access token is needed. Ask the operator of this server for a link.","\
close.4501.given":"The server does not accept this access token.","close.4503":"The operator of the server has removed you.","close.4509":"You have signed in so\
mewhere else, so this page was signed out.","close.4510":"This name is in use. Choose another one, or try again when it is free.","close.4513":"The server close\
d the connection: a message was far too large.","close.final":"The server ended your session.","close.other":"The connection to the server has ended.","error.so\
mebody":"The other person","error.other":"That did not work.","error.retry":"{sentence} ({wait})","error.bad-json":"The server could not read a message from thi\
s page.","error.bad-message":"The server did not accept a message from this page.","error.unknown-type":"The server does not know a type of message that this pa\
ge sent.","error.unknown-field":"The server does not know a field that this page sent.","error.too-large":"This is too large to send.","error.rate-limited":"Too\
 many messages in a short time. Please wait a moment.","error.user-offline":"{who} is not online.","error.queue-full":"Too many messages are waiting for {who} a\
lready. Please try again later.","error.not-permitted":"The server does not permit this.","error.call-over":"This call is already over.","error.not-your-call":"\
You are not part of this call.","error.room-full":"This room is full.","error.too-many-rooms":"You cannot join any more rooms.","error.not-in-room":"You are not\
 in this room.","error.self":"You cannot call or write to yourself. Open this page again under another name to try a call.","error.bad-user-id":"This is not a v\
alid name.","error.bad-token":"The server does not accept your access token.","error.name-in-use":"This name is in use.","error.unavailable":"The server cannot \
do this right now.","error.internal":"The server had an internal error.","error.undelivered":"Not delivered: the other side did not get it.","error.not-sent":"N\
ot sent.","error.unknown":"It is not known whether this has arrived.","error.failed":"No audio or video path could be set up.","error.closed":"The connection is\
 closed.","error.aborted":"This page has given up the connection.","error.refused":"{who} refused the connection.","error.removed":"An operator of the server ha\
s removed you.","error.protocol":"This page and the server do not fit. Please reload the page.","error.bad-option":"This page has asked for something in a wrong\
 way.","error.unsupported":"This browser has no WebRTC, so it can neither call nor enter a room.","error.origin-refused":"The server does not let pages of this \
address connect.","error.host-refused":"The server does not answer under this name. Open the page under one of the server’s own names.","error.path-refused":"\
There is no server at this address: its path is wrong.","end.busy":"{who} is in another call.","end.busy.missed":"Missed call from {who}, while you took another\
 call.","end.offline":"{who} is not online.","end.cancelled.mine":"You cancelled the call.","end.cancelled.theirs":"{who} cancelled the call{why}.","end.rejecte\
d.mine":"You declined the call from {who}.","end.rejected.theirs":"{who} declined the call{why}.","end.hangup.mine":"You hung up.","end.hangup.theirs":"{who} hu\
ng up{why}.","end.no-answer.theirs":"{who} did not answer.","end.no-answer.missed":"Missed call from {who}.","end.replaced.mine":"You signed in somewhere else, \
which ended the call.","end.replaced.theirs":"{who} signed in somewhere else, which ended the call.","end.lost":"The connection to {who} was lost, which ended t\
he call.","end.failed":"No audio or video path to {who} could be set up.","end.broken":"The audio and video path to {who} was lost.","end.closed":"The call ende\
d because this page was signed out.","end.removed":"The operator of the server has removed you, which ended the call.","end.ended-by-operator":"The operator of \
the server ended the call.","end.answered-elsewhere":"The call was answered somewhere else.","end.other":"The call ended{why}: {reason}.","end.why":" (“{detail}\
”)"};var panelsEn={"ladder.me":"You","ladder.server":"Server","ladder.others":"Others","ladder.rows":"Signaling messages, oldest first. Arrow keys move, Enter opens.",
"ladder.search":"Find in messages","ladder.kinds":"Kinds of messages to show","ladder.pause":"Pause","ladder.clear":"Clear","ladder.export":"Export JSON","ladde\
r.kind.call":"Calls","ladder.kind.negotiation":"Negotiation","ladder.kind.chat":"Messages","ladder.kind.room":"Rooms","ladder.kind.presence":"Presence","ladder.\
kind.session":"Session","ladder.kind.heartbeat":"Heartbeats","ladder.empty":"No messages yet. Each message appears here as it is sent or received.","ladder.none":"\
No message matches this filter.","ladder.count":"{all} entries","ladder.count.some":"{shown} of {all} entries","ladder.waiting":"paused, {waiting} more waiting",
"ladder.somebody":"another user","ladder.unreadable":"not JSON","ladder.sent.through":"from you through the server to {other}","ladder.sent.direct":"from you to\
 the server","ladder.received.through":"from {other} through the server to you","ladder.received.direct":"from the server to you","ladder.again":"sent again at \
{when}","ladder.below":"(below, {nth})","ladder.sdp":"Session description (SDP)","ladder.socket.opening":"WebSocket {socket}: connecting","ladder.socket.open":"\
WebSocket {socket}: open","ladder.socket.closed":"WebSocket {socket}: closed, {code}","connection.label":"State, path and quality of the media connection","conn\
ection.none":"There is no connection to another user. Call somebody, and this shows the path that audio and video take.","connection.choose":"Connection","conne\
ction.ended":"ended at {when}","connection.with-ended":"{who}, ended at {when}","connection.relay-only":"relays only","missing.no-turn":"This page may only use \
relays (?relay in its address), and the server offers no TURN server.","missing.answer":"Nothing has come back from {who}.","missing.silent":"{url} does not ans\
wer.","missing.refused":"{url} refuses this page (error {code}).","missing.own":"This browser has found no network address to offer.","missing.theirs":"{who} ha\
s sent no network address: perhaps only relays are allowed there, and no TURN server answers.","missing.pair-without-turn":"The addresses of the two sides do no\
t reach each other, and the server offers no TURN server to relay.","missing.pair":"No pair of addresses of the two sides works so far.","connection.state.peer":"\
{user}","connection.state.ice":"ICE","connection.state.dtls":"DTLS","connection.state.signaling":"Signaling","connection.pair.none":"No candidate pair is select\
ed yet.","connection.direct":"Direct","connection.relayed":"Relayed by a TURN server","connection.hidden":"hidden by the browser","connection.local":"Your candi\
dates","connection.remote":"Candidates of {user}","connection.type":"Type","connection.protocol":"Protocol","connection.address":"Address","connection.chosen":"\
in use","connection.candidates.none":"None yet.","connection.ago":"2 min ago","connection.now":"now","connection.round-trip":"Round trip","connection.loss":"Pac\
kets lost","connection.rate":"Bit rate","connection.line.roundTrip":"{last} now, {least} to {greatest} in two minutes","connection.line.roundTrip.none":"not mea\
sured yet","connection.line.lossIn":"received: {last} now, {greatest} at most","connection.line.lossIn.none":"received: nothing yet","connection.line.lossOut":"\
sent: {last} now, {greatest} at most","connection.line.lossOut.none":"sent: nothing yet","connection.line.rateIn":"received: {last} now, {least} to {greatest}",
"connection.line.rateIn.none":"received: nothing yet","connection.line.rateOut":"sent: {last} now, {least} to {greatest}","connection.line.rateOut.none":"sent: \
nothing yet","selftest.intro":"Checks everything that a call needs, on this device and in this network, and says what is missing. Others do not notice. Your bro\
wser may ask for camera and microphone.","selftest.start":"Run the self-test","selftest.again":"Run it again","selftest.running":"Running…","selftest.wait":"T\
he self-test is running. If your browser asks for the camera or the microphone, please answer.","selftest.and":", ","selftest.took":"{seconds} s","selftest.do":"\
What to do:","selftest.state.waiting":"waiting","selftest.state.running":"running","selftest.state.passed":"works","selftest.state.failed":"does not work","self\
test.state.not-offered":"not offered","selftest.state.not-tried":"not tried","selftest.name.camera":"Camera","selftest.name.microphone":"Microphone","selftest.n\
ame.websocket":"WebSocket to the server","selftest.name.stun":"STUN","selftest.name.turn-udp":"TURN over UDP","selftest.name.turn-tcp":"TURN over TCP","selftest\
.name.loopback":"Call to yourself","selftest.about.camera":"Whether this page gets video.","selftest.about.microphone":"Whether this page gets sound.","selftest\
.about.websocket":"The connection by which calls are set up.","selftest.about.stun":"Tells this device its public address, for direct calls between networks.","\
selftest.about.turn-udp":"Relays audio and video where no direct path exists.","selftest.about.turn-tcp":"The same, through firewalls that block UDP.","selftest\
.about.loopback":"A test picture and tone, from this page to itself.","selftest.sum.passed":"All checks that were made passed.","selftest.sum.failed":"{failed} \
of {all} checks failed: {names}.","selftest.sum.all-well":"Calls should work from here into most networks.","selftest.sum.no-turn-offered":"Most calls should wo\
rk. The server offers no TURN server, so some calls between strict networks will not connect.","selftest.sum.local-only":"Calls work within one network. The ser\
ver offers no STUN and no TURN server, so users in other networks can seldom be reached.","selftest.sum.no-server":"No calls are possible until the server can b\
e reached. Begin there.","selftest.sum.no-calls":"This browser cannot make calls at all. Begin there.","selftest.sum.udp-blocked":"This network seems to block U\
DP. Calls still work through TURN over TCP, with some delay.","selftest.sum.no-relay":"Calls work where a direct path exists, and fail between strict networks.",
"selftest.sum.no-stun":"Calls within one network work. Calls into other networks may need a TURN server, or fail.","selftest.sum.no-device":"Calls work, but oth\
ers cannot see or hear all of you. The page can send a test picture instead.","selftest.sum.not-tried":"The path between this network and others could not be ch\
ecked. Sign in, and run this again.","selftest.device.insecure":"The page was not loaded over HTTPS. Browsers offer camera and microphone to secure pages only.",
"selftest.device.insecure.do":"Open the page by https://, or on this machine by http://localhost. Until then, calls can send the test picture.","selftest.device\
.unsupported":"This browser cannot give a page camera or microphone.","selftest.device.unsupported.do":"Use a current Chrome, Edge, Firefox or Safari, not the b\
rowser inside another app.","selftest.camera.passed":"{name} sends video, {size}.","selftest.camera.denied":"This page may not use the camera.","selftest.camera\
.denied.do":"Allow it: click the icon left of the address, set the camera to “allow”, and run this again.","selftest.camera.denied-by-system":"The system do\
es not let this browser use the camera.","selftest.camera.denied-by-system.do":"Allow it in the privacy settings of the system, then restart the browser.","self\
test.camera.unanswered":"The browser asked for the camera and got no answer.","selftest.camera.unanswered.do":"Run this again and click “allow” when the browser\
 asks.","selftest.camera.missing":"This device has no camera, or it is not connected.","selftest.camera.missing.do":"Connect one, or call with the test picture.",
"selftest.camera.busy":"There is a camera, but the browser cannot open it.","selftest.camera.busy.do":"Close other programs that use it, or unplug it and plug i\
t in again.","selftest.camera.silent":"{name} was opened and sends no video.","selftest.camera.silent.do":"Open its cover, switch it on, and close other program\
s that use it.","selftest.camera.broken":"The browser could not open the camera.","selftest.camera.broken.do":"Restart the browser. The small print is its error\
.","selftest.microphone.passed":"{name} sends sound.","selftest.microphone.denied":"This page may not use the microphone.","selftest.microphone.denied.do":"Allo\
w it: click the icon left of the address, set the microphone to “allow”, and run this again.","selftest.microphone.denied-by-system":"The system does not le\
t this browser use the microphone.","selftest.microphone.denied-by-system.do":"Allow it in the privacy settings of the system, then restart the browser.","selft\
est.microphone.unanswered":"The browser asked for the microphone and got no answer.","selftest.microphone.unanswered.do":"Run this again and click “allow” when \
the browser asks.","selftest.microphone.missing":"This device has no microphone, or it is not connected.","selftest.microphone.missing.do":"Connect one. Until t\
hen you can hear others, and they cannot hear you.","selftest.microphone.busy":"There is a microphone, but the browser cannot open it.","selftest.microphone.bus\
y.do":"Close other programs that use it, or unplug it and plug it in again.","selftest.microphone.silent":"{name} was opened and sends no sound.","selftest.micr\
ophone.silent.do":"Switch it on. Many microphones have a switch of their own, and so has the system.","selftest.microphone.broken":"The browser could not open t\
he microphone.","selftest.microphone.broken.do":"Restart the browser. The small print is its error.","selftest.websocket.passed":"{place} can be reached, and an\
swers.","selftest.websocket.down":"{place} does not answer at all.","selftest.websocket.down.do":"Check the network, and whether the server is running.","selfte\
st.websocket.gateway":"Something answers for {place}, but cannot reach the server behind it (status {status}).","selftest.websocket.gateway.do":"Check whether t\
he server is running, and where the proxy in front of it leads.","selftest.websocket.blocked":"The server answers ordinary requests, but no WebSocket gets throu\
gh to it.","selftest.websocket.blocked.do":"A proxy or firewall removes it: have it pass the headers Upgrade and Connection.","selftest.websocket.origin":"{plac\
e} is reached, but does not let pages of this address connect.","selftest.websocket.origin.do":"Operator: add the address of this page to the setting `origins`.\
 Behind a proxy: have it pass the header Host as it is.","selftest.websocket.host":"{place} is reached, but does not answer under this name.","selftest.websocke\
t.host.do":"Open the page under one of the server’s own names. Operator: see the settings `hosts`, and `auth` for open mode.","selftest.websocket.path":"{plac\
e} is reached, but has no WebSocket at this path.","selftest.websocket.path.do":"Check the address of the server. Behind a proxy: have it take away the path tha\
t it adds.","selftest.websocket.draining":"{place} is reached, but is about to stop.","selftest.websocket.draining.do":"Try again in a minute.","selftest.websoc\
ket.unreachable":"No WebSocket to {place} can be opened.","selftest.websocket.unreachable.do":"Check that it is running, that no proxy blocks it, and that its s\
etting `origins` contains the origin of this page.","selftest.websocket.mute":"A WebSocket to {place} opens, but nothing arrives on it.","selftest.websocket.mut\
e.do":"A proxy holds back what the server sends: switch off its buffering for WebSockets.","selftest.websocket.stranger":"Something answers at {place}, but it i\
s not a switchboard server.","selftest.websocket.stranger.do":"Check the address, and where the proxy leads.","selftest.websocket.full":"{place} can be reached,\
 but is full.","selftest.websocket.full.do":"Try again in a minute. Operators: the limit is the setting `max-sockets` or `max-sockets-per-address`.","selftest.w\
ebsocket.expired":"{place} can be reached, but your access token has expired.","selftest.websocket.expired.do":"Sign in again with a new token.","selftest.webso\
cket.mixed":"A page that was loaded by https:// may not open a WebSocket by ws://.","selftest.websocket.mixed.do":"Give the server a certificate, and reach it b\
y wss://.","selftest.websocket.malformed":"The browser does not accept the address {place}.","selftest.websocket.malformed.do":"Check the address of the server.",
"selftest.websocket.unsupported":"This browser has no WebSockets, or they are switched off.","selftest.websocket.unsupported.do":"Use a current browser, without\
 extensions that switch them off.","selftest.rtc.unsupported":"This browser has no WebRTC, or it is switched off.","selftest.rtc.unsupported.do":"Use a current \
browser; privacy extensions may switch it off.","selftest.stun.passed":"{url} answers: it sees this device as {address}.","selftest.stun.direct":"{url} answers:\
 there is no address translation (NAT) between it and this device.","selftest.stun.silent":"{url} does not answer.","selftest.stun.silent.do":"The address is wr\
ong, the server is down, or a firewall blocks UDP. Operators: check the setting `stun`.","selftest.stun.none":"The server offers no STUN server, so direct calls\
 work within one network only.","selftest.stun.none.do":"Operators: set one in `stun`.","selftest.stun.by-turn":"The server offers no STUN server. Its TURN serv\
er does the same.","selftest.ice.some":"One works. No answer from: {dead}.","selftest.ice.unasked":"Not checked: the server could not be asked for its STUN and \
TURN servers.","selftest.ice.unasked.do":"Sign in, and run this again.","selftest.ice.name":"The name in {url} cannot be resolved.","selftest.ice.name.do":"Chec\
k the spelling in the server’s settings, and the DNS of this network.","selftest.ice.no-network":"The browser finds no network address.","selftest.ice.no-netw\
ork.do":"Check that this device is connected, and that no extension hides its addresses.","selftest.ice.malformed":"The browser does not accept {url}.","selftes\
t.ice.malformed.do":"Operators: check its spelling in the setting, and that it has a username and password.","selftest.turn.passed":"{url} accepts the credentia\
ls and relays.","selftest.turn.refused":"{url} answers, but refuses the credentials.","selftest.turn.refused.do":"Operators: the setting `turn-secret` must be t\
he TURN server’s own secret (in coturn `static-auth-secret`), and both clocks must be right.","selftest.turn.expired":"{url} refuses the credentials: they hav\
e expired.","selftest.turn.expired.do":"Sign in again for new ones. If that does not help, a clock is wrong: this device’s, the server’s or the TURN server’s.",
"selftest.turn.forbidden":"{url} accepts the credentials, but forbids relaying.","selftest.turn.forbidden.do":"Operators: look at what the TURN server allows, s\
uch as `denied-peer-ip`.","selftest.turn.quota":"{url} relays as much for this user as its quota allows.","selftest.turn.quota.do":"Wait a few minutes. Operator\
s: look at the TURN server’s `user-quota`.","selftest.turn.full":"{url} is full.","selftest.turn.full.do":"Operators: look at the TURN server’s `total-quota` \
and its range of ports.","selftest.turn.other":"{url} answers with error {code}.","selftest.turn.other.do":"Operators: see the log of the TURN server.","selftes\
t.turn-udp.silent":"{url} does not answer over UDP.","selftest.turn-udp.silent.do":"The address is wrong, the server is down, or a firewall blocks UDP to it. Op\
erators: check the setting `turn-url`.","selftest.turn-udp.none":"The server offers no TURN server over UDP, so some calls between strict networks will not conn\
ect.","selftest.turn-udp.none.do":"Operators: set `turn-url` and `turn-secret`.","selftest.turn-tcp.silent":"{url} does not answer over TCP.","selftest.turn-tcp\
.silent.do":"The address is wrong, the server is down or does not listen on TCP, or a firewall blocks it. Operators: check the setting `turn-url`.","selftest.tu\
rn-tcp.none":"The server offers no TURN server over TCP, so users in networks without UDP cannot be reached.","selftest.turn-tcp.none.do":"Operators: add an add\
ress with `?transport=tcp`, or one with `turns:`, to `turn-url`.","selftest.loopback.passed":"It connected, and video arrived after {ms} ms.","selftest.loopback\
.unconnected":"The page could not connect even to itself.","selftest.loopback.unconnected.do":"An extension, a policy or a security program blocks WebRTC in thi\
s browser. Try without it, or use another browser.","selftest.loopback.frozen":"The page connected to itself, but no video arrives.","selftest.loopback.frozen.d\
o":"Switch hardware acceleration of video off or on in the browser, or try another browser.","selftest.check.broken":"This check failed with an internal error.",
"selftest.check.broken.do":"Run it again. The small print is the error."};var catalogue={...en,...panelsEn};export{catalogue};
//# sourceMappingURL=all-en.js.map
