var panelsZh={"ladder.me":"你","ladder.server":"服务器","ladder.others":"对方","ladder.rows":"信令消息，从旧到新。方向键移动，回车键展开。",
"ladder.search":"查找消息","ladder.kinds":"要显示的消息种类","ladder.pause":"暂停","ladder.clear":"清空","ladder.export":"导出 JSON","ladder.k\
ind.call":"呼叫","ladder.kind.negotiation":"协商","ladder.kind.chat":"消息","ladder.kind.room":"房间","ladder.kind.presence":"在线状态","ladder.kind\
.session":"会话","ladder.kind.heartbeat":"心跳","ladder.empty":"还没有消息。每条消息在发送或接收时会显示在这里。","ladder.none":"没有符\
合筛选条件的消息。","ladder.count":"{all} 条","ladder.count.some":"{all} 条中的 {shown} 条","ladder.waiting":"已暂停，还有 {waiting} 条等待显示",
"ladder.somebody":"另一位用户","ladder.unreadable":"不是 JSON","ladder.sent.through":"由你经服务器发给 {other}","ladder.sent.direct":"由你发给服务器",
"ladder.received.through":"由 {other} 经服务器发给你","ladder.received.direct":"由服务器发给你","ladder.again":"于 {when} 重新发送","ladder.\
below":"（见下文，{nth}）","ladder.sdp":"会话描述（SDP）","ladder.socket.opening":"WebSocket {socket}：正在连接","ladder.socket.open":"WebSocke\
t {socket}：已打开","ladder.socket.closed":"WebSocket {socket}：已关闭，{code}","connection.label":"媒体连接的状态、路径和质量","connectio\
n.none":"目前没有与其他用户的连接。呼叫某人后，这里会显示音频和视频所走的路径。","connection.choose":"连接","connection.end\
ed":"已于 {when} 结束","connection.with-ended":"{who}，已于 {when} 结束","connection.relay-only":"仅限中继","missing.no-turn":"本页只能使用中继（地址中有 ?relay\
），而服务器不提供 TURN 服务器。","missing.answer":"{who} 没有任何回应。","missing.silent":"{url} 没有应答。","missing.refused":"{url} \
拒绝了本页（错误 {code}）。","missing.own":"浏览器没有找到可用的网络地址。","missing.theirs":"{who} 没有发来网络地址：对方可能只允许中继，而 TURN 服务器没有应答。",
"missing.pair-without-turn":"双方的地址互相连不通，而服务器不提供 TURN 服务器来中继。","missing.pair":"双方的地址目前没有一对能连通。",
"connection.state.peer":"{user}","connection.state.ice":"ICE","connection.state.dtls":"DTLS","connection.state.signaling":"信令","connection.pair.none":"尚未选定候\
选对。","connection.direct":"直连","connection.relayed":"经 TURN 服务器中继","connection.hidden":"浏览器已隐藏","connection.local":"你的候选地址",
"connection.remote":"{user} 的候选地址","connection.type":"类型","connection.protocol":"协议","connection.address":"地址","connection.chosen":"使用中",
"connection.candidates.none":"暂无。","connection.ago":"2 分钟前","connection.now":"现在","connection.round-trip":"往返时间","connection.loss":"丢包",
"connection.rate":"码率","connection.line.roundTrip":"现在 {last}，两分钟内 {least} 至 {greatest}","connection.line.roundTrip.none":"尚未测量","co\
nnection.line.lossIn":"接收：现在 {last}，最高 {greatest}","connection.line.lossIn.none":"接收：暂无","connection.line.lossOut":"发送：现在 {last}，最高 {g\
reatest}","connection.line.lossOut.none":"发送：暂无","connection.line.rateIn":"接收：现在 {last}，{least} 至 {greatest}","connection.line.rateIn.no\
ne":"接收：暂无","connection.line.rateOut":"发送：现在 {last}，{least} 至 {greatest}","connection.line.rateOut.none":"发送：暂无","selftest.int\
ro":"检查此设备和此网络上通话所需的一切，并说明缺少什么。其他人不会察觉。浏览器可能会询问摄像头和麦克风权限。",
"selftest.start":"开始自检","selftest.again":"重新自检","selftest.running":"正在自检…","selftest.wait":"正在自检。如果浏览器询问摄像头或麦克风权限，请作答。",
"selftest.and":"、","selftest.took":"{seconds} 秒","selftest.do":"怎么办：","selftest.state.waiting":"等待中","selftest.state.running":"进行中","sel\
ftest.state.passed":"正常","selftest.state.failed":"不可用","selftest.state.not-offered":"未提供","selftest.state.not-tried":"未检测","selftest.name.\
camera":"摄像头","selftest.name.microphone":"麦克风","selftest.name.websocket":"到服务器的 WebSocket","selftest.name.stun":"STUN","selftest.name.turn\
-udp":"TURN（UDP）","selftest.name.turn-tcp":"TURN（TCP）","selftest.name.loopback":"与自己通话","selftest.about.camera":"本页能否得到视频。",
"selftest.about.microphone":"本页能否得到声音。","selftest.about.websocket":"建立通话所用的通道。","selftest.about.stun":"告诉此设备它的公网地址，用于不同网络之\
间的直连通话。","selftest.about.turn-udp":"没有直连路径时，由它中继音频和视频。","selftest.about.turn-tcp":"同上，用于不放行 UDP 的防火墙。",
"selftest.about.loopback":"由本页发送测试画面和测试音给自己。","selftest.sum.passed":"已检测的各项都正常。","selftest.sum.failed":"{a\
ll} 项检测中有 {failed} 项未通过：{names}。","selftest.sum.all-well":"从这里应当可以呼叫大多数网络。","selftest.sum.no-turn-offered":"\
大多数通话应当可行。服务器没有提供 TURN 服务器，因此严格的网络之间有些通话无法接通。","selftest.sum.local-only":"同一网络内可以通\
话。服务器既没有提供 STUN 也没有提供 TURN 服务器，因此很少能接通其他网络。","selftest.sum.no-server":"连上服务器之前，既不能呼叫别人，也不能被呼叫；请先解决\
这一项。","selftest.sum.no-calls":"这个浏览器完全无法通话；请先解决这一项。","selftest.sum.udp-blocked":"此网络似乎不放行 UDP。通话仍可经 TURN（TCP）进行，\
会有一些延迟。","selftest.sum.no-relay":"有直连路径时可以通话，严格的网络之间则会失败。","selftest.sum.no-stun":"同一网络内可以通话；呼叫其他网络可\
能需要 TURN 服务器，否则会失败。","selftest.sum.no-device":"可以通话，但别人无法完整地看到或听到你；本页可以改为发送测试画面。",
"selftest.sum.not-tried":"无法检测通往其他网络的通路：请登录后重新运行。","selftest.device.insecure":"本页不是通过 HTTPS 打开的，而浏览器只向安全页面提供摄像头和麦克\
风。","selftest.device.insecure.do":"请通过 https:// 打开本页，或在本机通过 http://localhost 打开。在此之前，通话可以发送测试画面。",
"selftest.device.unsupported":"这个浏览器无法向网页提供摄像头或麦克风。","selftest.device.unsupported.do":"请使用新版的 Chrome、Edge、Firefox 或 Safa\
ri，不要使用其他应用内置的浏览器。","selftest.camera.passed":"{name} 有视频，{size}。","selftest.camera.denied":"本页无权使用摄像头。",
"selftest.camera.denied.do":"请允许使用：点击地址左侧的图标，把摄像头设为“允许”，然后重新自检。","selftest.camera.denied-by-\
system":"系统不允许此浏览器使用摄像头。","selftest.camera.denied-by-system.do":"请在系统的隐私设置中允许，然后重启浏览器。",
"selftest.camera.unanswered":"浏览器询问了摄像头权限，但没有得到回答。","selftest.camera.unanswered.do":"请重新自检，并在浏览器询问时点击“允许”。",
"selftest.camera.missing":"此设备没有摄像头，或没有连接。","selftest.camera.missing.do":"请连接摄像头，或用测试画面通话。","selft\
est.camera.busy":"有摄像头，但浏览器打不开它。","selftest.camera.busy.do":"请关闭正在使用它的其他程序，或拔下再插上。","selft\
est.camera.silent":"{name} 已打开，但没有视频。","selftest.camera.silent.do":"请打开镜头盖和开关，并关闭正在使用它的其他程序。",
"selftest.camera.broken":"浏览器无法打开摄像头。","selftest.camera.broken.do":"请重启浏览器；小字是它的错误信息。","selftest.microph\
one.passed":"{name} 有声音。","selftest.microphone.denied":"本页无权使用麦克风。","selftest.microphone.denied.do":"请允许使用：点击地址左侧的图标，把麦克风设为“允许”，然后重新\
自检。","selftest.microphone.denied-by-system":"系统不允许此浏览器使用麦克风。","selftest.microphone.denied-by-system.do":"请在系统的隐私设置中允许，然后重启浏览\
器。","selftest.microphone.unanswered":"浏览器询问了麦克风权限，但没有得到回答。","selftest.microphone.unanswered.do":"请重新自检，并在浏览器询问时点击“允许\
”。","selftest.microphone.missing":"此设备没有麦克风，或没有连接。","selftest.microphone.missing.do":"请连接麦克风；在此之前你能听到别人，别人听不到你。",
"selftest.microphone.busy":"有麦克风，但浏览器打不开它。","selftest.microphone.busy.do":"请关闭正在使用它的其他程序，或拔下再插上。",
"selftest.microphone.silent":"{name} 已打开，但没有声音。","selftest.microphone.silent.do":"请打开它的开关：许多麦克风自带开关，系统里也有。",
"selftest.microphone.broken":"浏览器无法打开麦克风。","selftest.microphone.broken.do":"请重启浏览器；小字是它的错误信息。","selftest\
.websocket.passed":"已连上 {place}，并收到应答。","selftest.websocket.down":"{place} 完全没有应答。","selftest.websocket.down.do":"请检查网络，以及服务器是\
否在运行。","selftest.websocket.gateway":"{place} 有应答，但到不了它后面的服务器（状态码 {status}）。","selftest.websocket.gateway.do":"\
请检查服务器是否在运行，以及它前面的代理指向哪里。","selftest.websocket.blocked":"服务器能应答普通请求，但 WebSocket 无法到达它。",
"selftest.websocket.blocked.do":"代理或防火墙拦下了它：请让其放行 Upgrade 和 Connection 请求头。","selftest.websocket.origin":"已连上 {place}，\
但它不允许此网址的网页连接。","selftest.websocket.origin.do":"管理员：请把本页的网址加入设置项 `origins`。如有代理，请让它原样传递 Host 请求头。",
"selftest.websocket.host":"已连上 {place}，但它不接受通过这个域名的连接。","selftest.websocket.host.do":"请用服务器自己的域名打开本页。管理员：请查看设置项 `hosts`，以及\
开放模式下的 `auth`。","selftest.websocket.path":"已连上 {place}，但这个路径下没有 WebSocket。","selftest.websocket.path.do":"请检查服务器的地址。如有代理\
，请让它去掉自己加上的路径。","selftest.websocket.draining":"已连上 {place}，但它即将停止。","selftest.websocket.draining.do":"请一分钟后再试。",
"selftest.websocket.unreachable":"无法打开到 {place} 的 WebSocket。","selftest.websocket.unreachable.do":"请检查它是否在运行、中间是否有代理拦截，以及它的设置项 `origins` 是否包含本页的来源\
。","selftest.websocket.mute":"到 {place} 的 WebSocket 能打开，但没有任何内容通过。","selftest.websocket.mute.do":"中间的代理扣住了服务器发来的内容：请关闭它对 WebSo\
cket 的缓冲。","selftest.websocket.stranger":"{place} 有应答，但不是 switchboard 服务器。","selftest.websocket.stranger.do":"请检查地址，以及代理转向何处。",
"selftest.websocket.full":"已连上 {place}，但它已满。","selftest.websocket.full.do":"请一分钟后再试。管理员可查看设置项 `max-sockets` 或 `max-sockets-per-address`。",
"selftest.websocket.expired":"已连上 {place}，但访问令牌已过期。","selftest.websocket.expired.do":"请用新的访问令牌重新登录。","selfte\
st.websocket.mixed":"通过 https:// 打开的页面不能打开 ws:// 的 WebSocket。","selftest.websocket.mixed.do":"请给服务器配置证书，并通过 wss:// 连接。",
"selftest.websocket.malformed":"浏览器不接受地址 {place}。","selftest.websocket.malformed.do":"请检查服务器的地址。","selftest.websocket.unsu\
pported":"这个浏览器没有 WebSocket，或已被关闭。","selftest.websocket.unsupported.do":"请使用新版浏览器，并停用会关闭它的扩展。",
"selftest.rtc.unsupported":"这个浏览器没有 WebRTC，或已被关闭。","selftest.rtc.unsupported.do":"请使用新版浏览器；隐私扩展可能会关闭它。",
"selftest.stun.passed":"{url} 有应答：从那里看，此设备的地址是 {address}。","selftest.stun.direct":"{url} 有应答：它与此设备之间没有地址转换（NAT）。",
"selftest.stun.silent":"{url} 没有应答。","selftest.stun.silent.do":"地址有误、服务器没有运行，或防火墙不放行 UDP。管理员：请检查设置项 `stun`。",
"selftest.stun.none":"服务器没有提供 STUN 服务器，因此只能在同一网络内互相找到。","selftest.stun.none.do":"管理员：请在设置项 `stun` 中指定一个。",
"selftest.stun.by-turn":"服务器没有提供 STUN 服务器。它的 TURN 服务器有同样的作用。","selftest.ice.some":"有一个可用。没有应答的：{dead}。",
"selftest.ice.unasked":"未检测：无法向服务器询问有哪些 STUN 和 TURN 服务器。","selftest.ice.unasked.do":"请登录后重新运行。","selft\
est.ice.name":"{url} 中的名称无法解析。","selftest.ice.name.do":"请检查服务器设置中的拼写，以及此网络的 DNS。","selftest.ice.no-net\
work":"浏览器找不到可用的网络地址。","selftest.ice.no-network.do":"请检查此设备是否联网，以及是否有扩展隐藏了地址。","self\
test.ice.malformed":"浏览器不接受 {url}。","selftest.ice.malformed.do":"管理员：请检查设置中的拼写，以及是否附带用户名和密码。",
"selftest.turn.passed":"{url} 接受凭据并可中继。","selftest.turn.refused":"{url} 有应答，但拒绝了凭据。","selftest.turn.refused.do":"管理员：设置项\
 `turn-secret` 必须与 TURN 服务器自己的密钥一致（coturn 中为 `static-auth-secret`），两边的时钟也必须正确。","selftest.turn.expired":"\
{url} 拒绝了凭据：凭据已过期。","selftest.turn.expired.do":"请重新登录以获得新凭据。如果无效，则有时钟不准：此设备、服务器或 TURN 服务器。",
"selftest.turn.forbidden":"{url} 接受凭据，但禁止中继。","selftest.turn.forbidden.do":"管理员：请查看 TURN 服务器允许的范围，例如 `denied-peer-ip`。",
"selftest.turn.quota":"{url} 为该用户的中继已达配额上限。","selftest.turn.quota.do":"请等几分钟。管理员：请查看 TURN 服务器的 `user-quota`。",
"selftest.turn.full":"{url} 已满。","selftest.turn.full.do":"管理员：请查看 TURN 服务器的 `total-quota` 和端口范围。","selftest.turn.other":"\
{url} 以错误 {code} 应答。","selftest.turn.other.do":"管理员：请查看 TURN 服务器的日志。","selftest.turn-udp.silent":"{url} 在 UDP 上没有应答。",
"selftest.turn-udp.silent.do":"地址有误、服务器没有运行，或防火墙不放行到它的 UDP。管理员：请检查设置项 `turn-url`。","selfte\
st.turn-udp.none":"服务器没有提供 UDP 上的 TURN 服务器，因此严格的网络之间有些通话无法接通。","selftest.turn-udp.none.do":"管理员：请设\
置 `turn-url` 和 `turn-secret`。","selftest.turn-tcp.silent":"{url} 在 TCP 上没有应答。","selftest.turn-tcp.silent.do":"地址有误、服务器没有运行或没有监听 TCP，或中间有防火墙。\
管理员：请检查设置项 `turn-url`。","selftest.turn-tcp.none":"服务器没有提供 TCP 上的 TURN 服务器，因此无法到达没有 UDP 的网络。",
"selftest.turn-tcp.none.do":"管理员：请在 `turn-url` 中加入带 `?transport=tcp` 的地址，或 `turns:` 地址。","selftest.loopback.passed":"已接通，视频在\
 {ms} 毫秒后到达。","selftest.loopback.unconnected":"本页连自己都无法连接。","selftest.loopback.unconnected.do":"扩展、策略或安全软件使此浏览器无法使用 WebRTC：请停用\
后再试，或换一个浏览器。","selftest.loopback.frozen":"本页连上了自己，但没有视频到达。","selftest.loopback.frozen.do":"请在浏览器中关闭或打开视频\
硬件加速，或换一个浏览器。","selftest.check.broken":"这项检查因内部错误而失败。","selftest.check.broken.do":"请重新自检；小字是错误信息。"};var zh={"sign-out":"退出登录","language.failed":"无法加载文字。","name.with-id":"{name}（{id}）",close:"关闭","sign-in.heading":"请输入名字",
"sign-in.lead":"别人会看到这个名字，并用它呼叫你。想独自试用，请在两个标签页中打开本页。","sign-in.room":"你即将进入房间 {room}。",
"sign-in.name":"用户名","sign-in.name-example":"例如 ana 或 11","sign-in.display-name":"显示名","sign-in.display-name-example":"希望别人看到的名字",
"sign-in.optional":"可选","sign-in.generated":"用测试画面和测试音通话，不使用摄像头和麦克风","sign-in.insecure":"本页通过普通 HTTP 打开，浏览器因此不提供\
摄像头、麦克风和屏幕共享。通话仍可进行，使用测试画面和测试音。要使用摄像头，请通过 https 或在 localhost 上打开。",
"sign-in.no-webrtc":"这个浏览器没有 WebRTC，或者已将其关闭。你可以聊天，但不能呼叫、接听，也不能进入房间。请换用别的浏览器。",
"sign-in.token":"访问令牌","sign-in.token-lead":"此服务器只允许持有访问令牌的人进入。请向服务器的管理者索取令牌，或带令牌的链接。",
"sign-in.by-token":"我有访问令牌","sign-in.by-name":"改用用户名登录","sign-in.do":"登录","name.choose":"请输入名字。","name.choose-room":"请\
输入房间名。","name.spaces":"名字中不能有空格。空格可以用在显示名里。","name.alphabet":'名字中不能有“{wrong}”：只能用英文字母、数字和符号，但不能用 " \\ / ? # %\
 ,',"name.long":"名字最多 {longest} 个字符，这个有 {length} 个。","room-name.spaces":"房间名中不能有空格，可以用“-”代替。","roo\
m-name.alphabet":'房间名中不能有“{wrong}”：只能用英文字母、数字和符号，但不能用 " \\ / ? # % ,',"room-name.long":"房间名最多 {longest} \
个字符，这个有 {length} 个。","token.missing":"请输入你的访问令牌。","token.alphabet":"访问令牌只含字母、数字以及“.”“-”“_”。",
"display-name.control":"显示名中不能有控制字符或改变书写方向的字符。","display-name.long":"显示名最多 {longest} 个字符，这个有 {length} 个。",
"status.begin":"请先输入名字。","status.connecting":"正在连接服务器…","status.online":"已登录为 {who}。","status.waiting":"{why}正在重试…",
"status.try-now":"立即重试","status.again":"重新登录","status.away":"你已退出登录。","status.other-tab":"{who} 已在此浏览器的另一个标签页中登录。请使用那个标签页，或换一个名字。",
"status.use-here":"在此使用","status.left-call":"你离开本页时正在与 {who} 通话。","people.heading":"在线用户","people.search":"按名字查找或呼叫",
"people.more":"显示更多","people.offline":"未连接","people.untold":"此服务器不显示谁在线。请输入名字呼叫。","people.counted":"另有 {coun\
t} 人在线，人数太多，无法逐一列出。请输入名字呼叫。","people.total":"另有 {count} 人在线","people.total-one":"另有 1 人在线","\
people.nobody":"还没有其他人。请在另一个标签页中用别的名字打开本页。","people.not-found":"没有人叫这个名字，也不可能有：名字只能用英文字母和数字。",
"people.absent":"不在线","people.unlisted":"未列出","people.write":"发消息给 {who}","people.call":"呼叫 {who}","people.unread":"{count} 条未读","\
people.block":"屏蔽","people.unblock":"取消屏蔽","people.blocked":"已屏蔽","people.blocked-label":"已屏蔽的人","people.blocked-list":"已屏蔽（{count}）",
"people.blocked-now":"已屏蔽 {who}：对方无法再呼叫你或给你发消息。","people.unblocked-now":"已取消屏蔽 {who}。","room.heading":"房间",
"room.example":"房间名","room.join":"进入","room.hint":"有链接的人都可以进入。","room.hint-in":"你在 {room} 中。","room.copy":"复制链接",
"room.copied":"已复制","room.joining":"正在进入 {room}…","room.alone":"{room} 中只有你一人。请把链接发给别人。","room.people":"{room}：{\
count} 人","room.missing":"（{count} 人未连接）","room.left":"你已离开 {room}。","stage.label":"通话","stage.second-tab":"打开第二个标签页，独自试用",
"stage.play":"播放视频和声音","stage.their-picture":"{who} 的视频","stage.your-picture":"你的视频","state.idle":"空闲","state.calling":"呼叫中",
"state.incoming":"来电","state.connecting":"连接中","state.connected":"通话中","state.ended":"已结束","state.joining":"进入中","state.room":"房间中",
"call.idle":"选一个人呼叫，或等待来电。","call.idle-offline":"未连接服务器：暂时不能通话。","call.opening":"正在打开摄像头和麦克风…",
"call.calling":"正在呼叫 {who}…","call.ringing":"正在等待 {who} 接听…","call.ringing-away":"正在等待接听。{who} 与服务器的连接已断开，可能会恢复。",
"call.ringing-offline":"你与服务器的连接断开了，不知道 {who} 处是否还在响铃。","call.incoming":"{who} 来电。","call.again":"{who} 想继续与\
你的通话。","call.connecting":"正在与 {who} 连接…","call.talking":"你正在与 {who} 通话。","call.shaky":"{who} 的音频和视频已中断，正在等待恢复…",
"call.away":"{who} 与服务器的连接已断开，可能会恢复。音频和视频不受影响。","call.offline":"你与服务器的连接已断开。音频和视频不受影响。",
"incoming.title":"{who} 来电","incoming.again":"{who} 想继续与你的通话","incoming.leaves":"接听后你将离开 {room}。","incoming.generated":"你将用测\
试画面和测试音接听。","incoming.many":"有 {count} 人来电","incoming.label":"来电者","incoming.replace":"挂断并接听","incoming.aside":"稍后再接",
"incoming.act":"{act}：{who}","tile.you":"你","tile.named":"{who} · {note}","tile.camera-off":"摄像头已关","tile.muted":"已静音","tile.generated":"测试\
画面","tile.sharing":"正在共享屏幕","tile.connecting":"连接中…","tile.reconnecting":"正在重连…","tile.failed":"未连接","tile.retry":"重试",
"tile.retry-named":"重新连接 {who}","tile.screen":"{who} 的屏幕","controls.label":"控制","controls.mute":"静音","controls.unmute":"取消静音","con\
trols.camera-off":"关摄像头","controls.camera-on":"开摄像头","controls.share":"共享","controls.unshare":"停止共享","controls.share-failed":"无法共享屏幕\
。","controls.chat":"聊天","controls.devices":"设备","controls.float":"画中画","controls.float-failed":"无法打开画中画。","controls.full-screen":"\
全屏","controls.full-screen-off":"退出全屏","controls.full-screen-failed":"浏览器不允许全屏。","controls.hang-up":"挂断","controls.leave":"离开",
"controls.cancel":"取消","controls.call-again":"再次呼叫","controls.accept":"接听","controls.reject":"拒绝","devices.camera":"摄像头","devices.micr\
ophone":"麦克风","devices.speaker":"扬声器","devices.generated-picture":"测试画面","devices.generated-tone":"测试音","devices.unnamed":"设备 {number}",
"devices.done":"完成","media.insecure":"浏览器只向 https 页面和 localhost 提供摄像头和麦克风。","media.refused":"摄像头和麦克风未获授权。",
"media.none":"没有找到摄像头和麦克风。","media.no-microphone":"没有可用的麦克风。","media.no-camera":"没有可用的摄像头。","media.c\
amera-in-use":"摄像头正被其他程序使用。","media.microphone-in-use":"麦克风正被其他程序使用。","media.camera-refused":"未允许使用摄像头。",
"media.microphone-refused":"未允许使用麦克风。","media.lost-camera":"摄像头已断开。","media.lost-microphone":"麦克风已断开。","media.in-u\
se":"另一个程序正在使用摄像头或麦克风。","media.failed":"无法打开摄像头和麦克风。","media.instead":"{problem}改为发送测试{missing}。",
"media.missing-picture":"画面","media.missing-tone":"音","media.missing-picture-and-tone":"画面和测试音","chat.heading":"聊天","chat.message":"消息",
"chat.send":"发送","chat.write":"发消息给 {who}","chat.pick":"消息","chat.nobody":"选一个人发消息。消息只保存在本页中。","chat.empty":"\
消息会显示在这里。","chat.server":"服务器","chat.sending":"发送中…","chat.sending-meaning":"正在发送，或等待连接恢复。","chat.sent":"\
已发送","chat.sent-meaning":"服务器已收到，将转给房间里的每个人。","chat.delivered":"已送达","chat.delivered-meaning":"对方的页面已确认收到。",
"chat.failed":"未送达","chat.failed-meaning":"对方未收到。","chat.missed":"未接来电","missed.many":"{count} 个未接来电：{who}。","dock.headi\
ng":"检查器","dock.signaling":"信令","dock.connection":"媒体连接","self-test.open":"自检","self-test.heading":"设备与网络检测","close.unreacha\
ble":"无法连接服务器。","close.1000":"服务器关闭了连接。","close.1001":"服务器即将关闭。","close.1002":"服务器关闭了连接：本页违反了 WebSocket 规则。",
"close.1003":"服务器关闭了连接：收到了不接受的数据类型。","close.1006":"与服务器的连接已断开。","close.1007":"服务器关闭了连接：收到的文本不是有效\
的 UTF-8。","close.1009":"服务器关闭了连接：消息过大。","close.1011":"服务器内部错误。","close.1012":"服务器正在重启。","close.1\
013":"服务器已满。","close.4008":"服务器太久没有收到本页的任何消息。","close.4009":"本页有了更新的连接。","close.4029":"本页长时间发送\
了过多消息。","close.4053":"本页接收消息太慢。","close.4401":"访问令牌已过期。请用新的访问令牌打开本页：?token=…","close.4\
500":"服务器关闭了连接：它不理解本页发送的内容。","close.4501":"登录被拒绝：需要访问令牌。请向服务器的管理员索取链接。",
"close.4501.given":"服务器不接受这个访问令牌。","close.4503":"服务器的管理员将你移除了。","close.4509":"你已在别处登录，因此本页已退出登录。",
"close.4510":"这个名字已被使用。请换一个，或等它空闲时再试。","close.4513":"服务器关闭了连接：消息远远过大。","close.fina\
l":"服务器结束了你的会话。","close.other":"与服务器的连接已结束。","error.somebody":"对方","error.other":"没有成功。","error.retry":"\
{sentence}（{wait}）","error.bad-json":"服务器无法读取本页的一条消息。","error.bad-message":"服务器没有接受本页的一条消息。","er\
ror.unknown-type":"服务器不认识本页发送的一种消息。","error.unknown-field":"服务器不认识本页发送的一个字段。","error.too-large":"\
内容过大，无法发送。","error.rate-limited":"短时间内消息太多，请稍等片刻。","error.user-offline":"{who} 不在线。","error.queue-full":"\
等待 {who} 接收的消息已太多，请稍后再试。","error.not-permitted":"服务器不允许这样做。","error.call-over":"该通话已经结束。",
"error.not-your-call":"你不在该通话中。","error.room-full":"该房间已满。","error.too-many-rooms":"你不能再进入更多房间。","error.not-in\
-room":"你不在该房间里。","error.self":"你不能呼叫自己，也不能给自己发消息。请用别的名字再打开一次本页来试呼。","erro\
r.bad-user-id":"这不是有效的名字。","error.bad-token":"服务器不接受你的访问令牌。","error.name-in-use":"这个名字已被使用。","erro\
r.unavailable":"服务器现在无法这样做。","error.internal":"服务器内部错误。","error.undelivered":"未送达：对方未收到。","error.not-s\
ent":"未发送。","error.unknown":"不知道是否已送达。","error.failed":"无法建立音频或视频通路。","error.closed":"连接已关闭。","err\
or.aborted":"本页已放弃连接。","error.refused":"{who} 拒绝了连接。","error.removed":"服务器的管理员将你移除。","error.protocol":"本页与服务\
器不匹配，请重新加载本页。","error.bad-option":"本页的请求方式有误。","error.unsupported":"这个浏览器没有 WebRTC，不能呼叫，也不能进入房间。",
"error.origin-refused":"服务器不允许此网址的网页连接。","error.host-refused":"服务器不接受通过这个域名的连接。请用服务器自己的域名打开本页。",
"error.path-refused":"这个网址下没有服务器：路径不对。","end.busy":"{who} 正在与别人通话。","end.busy.missed":"未接来电：{who}（当时你接听了另一个通话）。",
"end.offline":"{who} 不在线。","end.cancelled.mine":"你取消了呼叫。","end.cancelled.theirs":"{who} 取消了呼叫{why}。","end.rejected.mine":"你拒绝了\
 {who} 的来电。","end.rejected.theirs":"{who} 拒绝了来电{why}。","end.hangup.mine":"你挂断了。","end.hangup.theirs":"{who} 挂断了{why}。","en\
d.no-answer.theirs":"{who} 没有接听。","end.no-answer.missed":"未接来电：{who}。","end.replaced.mine":"你在别处登录，通话因此结束。","e\
nd.replaced.theirs":"{who} 在别处登录，通话因此结束。","end.lost":"与 {who} 的连接已断开，通话随之结束。","end.failed":"无法与 {who} 建立\
音频或视频通路。","end.broken":"与 {who} 的音视频通路已断开。","end.closed":"本页已退出登录，通话因此结束。","end.removed":"服务\
器的管理员将你移除，通话因此结束。","end.ended-by-operator":"服务器的管理员结束了通话。","end.answered-elsewhere":"通话已在别处接听。",
"end.other":"通话结束{why}：{reason}。","end.why":"（“{detail}”）"};var catalogue={...zh,...panelsZh};export{catalogue};
//# sourceMappingURL=all-zh.js.map
