function part(id,kind){let found=document.getElementById(id);if(!(found instanceof kind))throw new Error(`the page has no ${kind.name} with the id ${id}`);return found}
function make(tag,traits={},...children){let made=document.createElement(tag);for(let[name,value]of Object.entries(traits))name==="text"?made.textContent=value:
name==="className"?made.className=value:made.setAttribute(name,value);return made.append(...children),made}function keepAtEnd(box2,change){let atEnd=isAtEnd(box2);
change(),atEnd&&(box2.scrollTop=box2.scrollHeight)}function keepAtEndWhenResized(box2){let atEnd=!0,size2="",sizeNow=()=>`${box2.clientWidth}x${box2.clientHeight}`;
box2.addEventListener("scroll",()=>size2===sizeNow()&&(atEnd=isAtEnd(box2))),new ResizeObserver(()=>{size2=sizeNow(),atEnd&&(box2.scrollTop=box2.scrollHeight)}).
observe(box2)}function isAtEnd(box2){return box2.scrollHeight-box2.scrollTop-box2.clientHeight<40}function timeOfDay(moment,precision){let two=n=>String(n).padStart(
2,"0"),clock2=[moment.getHours(),moment.getMinutes(),moment.getSeconds()].map(two).join(":");return precision==="seconds"?clock2:`${clock2}.${String(moment.getMilliseconds()).
padStart(3,"0")}`}function recall(place3,key){try{return globalThis[place3].getItem(key)}catch{return null}}function keep(place3,key,text){try{text===null?globalThis[place3].removeItem(
key):globalThis[place3].setItem(key,text)}catch{}}var LANGUAGES={en:()=>import("./all-en.js"),zh:()=>import("./all-zh.js")},KEPT="switchboard.language",ATTRIBUTES={wordsLabel:"aria-l\
abel",wordsTitle:"title",wordsPlaceholder:"placeholder"},current=wished(),{catalogue}=await LANGUAGES[current](),listeners=new Set;function language(){return current}
function words(key,values={}){return(catalogue[key]??key).replace(/\{(\w+)\}/g,(hole,name)=>String(values[name]??hole))}function hasWords(key){return key in catalogue}
async function setLanguage(chosen){({catalogue}=await LANGUAGES[chosen]()),current=chosen,keep("localStorage",KEPT,chosen);let address=new URL(location.href);address.
searchParams.delete("lang"),address.href!==location.href&&history.replaceState(null,"",address),translate();for(let listener of listeners)listener()}function onLanguage(listener){
listeners.add(listener)}function translate(){document.documentElement.lang={en:"en",zh:"zh-Hans"}[current];let places=document.querySelectorAll("[data-words], [\
data-words-label], [data-words-title], [data-words-placeholder]");for(let place3 of places){place3.dataset.words&&(place3.textContent=words(place3.dataset.words));
for(let[name,attribute]of Object.entries(ATTRIBUTES)){let key=place3.dataset[name];key&&place3.setAttribute(attribute,words(key))}}}function wished(){let asked=new URLSearchParams(
location.search).get("lang")??recall("localStorage",KEPT);for(let tag of[asked,...navigator.languages]){if(tag?.toLowerCase().startsWith("zh"))return"zh";if(tag?.
toLowerCase().startsWith("en"))return"en"}return"en"}var SERVER="/server",LONGEST_IN_SENTENCE=28,RIGHT_TO_LEFT=/[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u,graphemes=new Intl.
Segmenter(void 0,{granularity:"grapheme"}),known=new Map,namesakes=new Map,isUser=()=>!1;function learn(userId,name){let clean=typeof name=="string"?cleaned(name):
"";clean&&(namesakes.get(alike(known.get(userId)??""))?.delete(userId),known.set(userId,clean),namesakes.set(alike(clean),(namesakes.get(alike(clean))??new Set).
add(userId)))}function usersAre(check2){isUser=check2}function cleaned(name){return name.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu,"").replace(/^[\p{Cf}\s]+/u,
"")}function quoted(text){return`⁨${cleaned(text)}⁩`}function displayName(key){return key===SERVER?words("chat.server"):known.get(key)??key}function nameOf(key){
let name=displayName(key);if(name===key||key===SERVER)return shorten(name);let shown=isolated(shorten(name));return isShared(key)?words("name.with-id",{name:shown,
id:shorten(key)}):shown}function isShared(userId){let name=displayName(userId),own=["chat.server","tile.you","error.somebody"].map(key=>alike(words(key))),others=[
name,name.toLowerCase()].filter(id=>id!==userId&&isUser(id));return(namesakes.get(alike(name))?.size??0)>1||others.length>0||own.includes(alike(name))}function alike(name){
return shorten(name.normalize("NFKC").toLowerCase().replace(/[\p{Cf}\s]+/gu," ").trim())}function roomKey(room2){return`#${room2}`}function isRoom(key){return key.
startsWith("#")}function isolated(name){return RIGHT_TO_LEFT.test(name)?`⁨${name}⁩`:name}function characters(text){return[...graphemes.segment(text)].map(({
segment})=>segment)}function shorten(name){let all=characters(name);return all.length>LONGEST_IN_SENTENCE?`${all.slice(0,LONGEST_IN_SENTENCE-1).join("")}…`:name}var shared=null;function audio(){return shared??=new AudioContext,shared.state==="suspended"&&shared.resume().catch(()=>{}),shared}var RINGS={incoming:{pitches:[
660,880],beep:.18,pause:1.8,loudness:.12},calling:{pitches:[425],beep:.9,pause:3,loudness:.05},waiting:{pitches:[440],beep:.3,pause:6,loudness:.05}},LONGEST_RING=60,
stopRinging=null;function ring(kind){stopRinging?.(),stopRinging=null,!(kind==="silent"||!navigator.userActivation?.hasBeenActive)&&(stopRinging=startRing(audio(),
RINGS[kind]))}function startRing(context,{pitches,beep,pause,loudness}){let tone2=new OscillatorNode(context),volume=new GainNode(context,{gain:0});tone2.connect(
volume).connect(context.destination);let start=context.currentTime+.05,period=pitches.length*beep+pause;for(let at=start;at<start+LONGEST_RING;at+=period)pitches.
forEach((pitch,nth)=>{let begin2=at+nth*beep;tone2.frequency.setValueAtTime(pitch,begin2),volume.gain.setTargetAtTime(loudness,begin2,.01),volume.gain.setTargetAtTime(
0,begin2+beep*.8,.02)});return tone2.start(),tone2.stop(start+LONGEST_RING),()=>tone2.stop()}function generatedTone(name){let context=audio(),pitch=220+shade(name)%
12*20,tone2=new OscillatorNode(context,{frequency:pitch}),swell=new OscillatorNode(context,{frequency:.5}),depth=new GainNode(context,{gain:.02}),volume=new GainNode(
context,{gain:.025}),target=new MediaStreamAudioDestinationNode(context,{channelCount:1});swell.connect(depth).connect(volume.gain),tone2.connect(volume).connect(
target),tone2.start(),swell.start();let[track]=target.stream.getAudioTracks();return{track,stop:()=>{tone2.stop(),swell.stop(),track.stop()}}}function shade(name){
let mixed=7;for(let character of name)mixed=(mixed*137+(character.codePointAt(0)??0))%99991;return mixed%360}var COLOURS=6;function avatar(name,userId){let colour=Math.floor(shade(userId)/360*COLOURS),[first=""]=characters(name);return make("span",{className:`avatar av\
atar-${colour}`,"aria-hidden":"true",text:first.toUpperCase()})}function closeWords({code,opened},{token}={}){return code===4501&&token?words("close.4501.given"):code===1006&&!opened?words("close.unreachable"):hasWords(`clos\
e.${code}`)?words(`close.${code}`):words(code>=4500?"close.final":"close.other")}function closeCode(closing,error){let said2=error?errorCode(error):closing?.reason;
return[closing?.code,said2].filter(Boolean).join(" · ")}function errorWords(error,nameOf2){let{code,to,retryAfter,message,cause:cause2}=error,who2=to?nameOf2(to):
words("error.somebody"),keys=[`error.${code}`,`end.${code}`,`end.${code}.theirs`];code==="failed"&&cause2&&keys.unshift("error.other");let key=keys.find(hasWords),
sentence2=key?words(key,{who:who2,why:""}):String(message??words("error.other"));return retryAfter?words("error.retry",{sentence:sentence2,wait:seconds(retryAfter)}):
sentence2}function errorCode({code,message}){return message?`${code}: ${message}`:String(code)}var FAILURES=["failed","too-large"];function failureOf({reason="",
detail=""}){let told=reason==="hangup"?detail:reason;return FAILURES.includes(told)?told:""}function endWords({reason="",detail,peer,outgoing,mine,connected=!1},nameOf2){
let who2=nameOf2(peer),failure2=failureOf({reason,detail});if(failure2==="failed")return words(connected?"end.broken":"end.failed",{who:who2});if(failure2)return words(
`error.${failure2}`);let why=detail&&cleaned(detail)&&!mine?words("end.why",{detail:quoted(detail)}):"",missed2=!outgoing&&["no-answer","busy"].includes(reason),
side=mine?"mine":missed2?"missed":"theirs";for(let key of[`end.${reason}.${side}`,`end.${reason}`,`error.${reason}`])if(hasWords(key))return words(key,{who:who2,
why});return words("end.other",{why,reason})}function causeWords({key,values},who2){return words(key,{who:who2,...values})}function seconds(milliseconds){return`${Math.
max(1,Math.round(milliseconds/1e3))} s`}var line=part("status",HTMLElement),place=part("status-words",HTMLElement),small=part("status-code",HTMLElement),button=part("status-action",HTMLButtonElement),
said=null,standing=null;button.addEventListener("click",()=>said?.remedy?.run());onLanguage(render);function say(tone2,sentence2,more2={}){return said={tone:tone2,
sentence:sentence2,...more2},render(),said}function stand(...saying){standing=say(...saying)}function unsay(saying){saying===null||said!==saying||standing===null||
(said=standing,render())}function render(){if(said===null)return;line.dataset.tone=said.tone,line.classList.toggle("unseen",said.tone==="good");let sentence2=said.
sentence();place.textContent!==sentence2&&(place.textContent=sentence2),small.textContent=said.code??"",button.textContent=said.remedy?.label()??"",button.hidden=
!said.remedy}var box=part("blocked",HTMLDetailsElement),heading=part("blocked-heading",HTMLElement),list=part("blocked-list",HTMLUListElement),toggle=part("chat-block",HTMLButtonElement),
Blocking=class extends EventTarget{#me=null;#partner="";constructor(){super(),toggle.addEventListener("click",()=>this.#change(this.blocked.has(this.#partner)?"\
unblock":"block",this.#partner)),list.addEventListener("click",({target})=>{let button5=target instanceof Element?target.closest("button"):null;button5?.dataset.
user&&this.unblock(button5.dataset.user)})}get blocked(){return this.#me?.blocked??new Set}attach(me){this.#me=me;let kept=keptFor(me.userId);kept.length>0&&me.
block(kept).catch(error=>this.#failed(error)),this.#changed()}block(userId){this.#change("block",userId)}unblock(userId){this.#change("unblock",userId)}render(partner){
this.#partner=partner;let blocked=this.blocked.has(partner);toggle.hidden=partner===""||isRoom(partner)||partner===SERVER,toggle.textContent=words(blocked?"peop\
le.unblock":"people.block"),toggle.title=words("incoming.act",{act:toggle.textContent,who:nameOf(partner)}),toggle.setAttribute("aria-label",toggle.title),box.hidden=
this.blocked.size===0,heading.textContent=words("people.blocked-list",{count:this.blocked.size}),this.#renderList()}#renderList(){let focused=document.activeElement,
had=focused instanceof HTMLElement&&list.contains(focused),act=words("people.unblock"),state=[act,...[...this.blocked].map(it=>`${it}
${nameOf(it)}`)].join(`
`);list.dataset.state!==state&&(list.dataset.state=state,list.replaceChildren(...[...this.blocked].map(userId=>{let label2=words("incoming.act",{act,who:nameOf(
userId)}),button5=make("button",{type:"button",className:"small quiet",text:act,"aria-label":label2,"data-user":userId,"data-testid":`unblock-${userId}`});return make(
"li",{"data-testid":`blocked-${userId}`},make("bdi",{text:nameOf(userId)}),button5)})),had&&(box.hidden?part("people-heading",HTMLElement).focus():heading.focus()))}#change(what,userId){
let me=this.#me;if(!me||userId==="")return;let done=()=>{let remedy=what==="block"?{label:()=>words("people.unblock"),run:()=>this.unblock(userId)}:void 0,sentence2={
block:"people.blocked-now",unblock:"people.unblocked-now"}[what];me===this.#me&&say("calm",()=>words(sentence2,{who:nameOf(userId)}),{remedy})};me[what](userId).
then(done,error=>this.#failed(error)).finally(()=>me===this.#me&&this.#changed()),this.#changed()}#failed(error){error.code!=="closed"&&say("bad",()=>errorWords(
error,nameOf),{code:errorCode(error)})}#changed(){this.#me&&keep("localStorage",keyFor(this.#me.userId),this.blocked.size?JSON.stringify([...this.blocked]):null),
this.dispatchEvent(new CustomEvent("change"))}},keyFor=userId=>`switchboard.blocked.${userId}`;function keptFor(userId){try{let kept=JSON.parse(recall("localSto\
rage",keyFor(userId))??"[]");return Array.isArray(kept)?kept.filter(it=>typeof it=="string"):[]}catch{return[]}}var WIDTH=640,HEIGHT=360,FRAMES_PER_SECOND=15;function generatedPicture(name){let canvas=document.createElement("canvas");canvas.width=WIDTH,canvas.height=HEIGHT;
let brush=canvas.getContext("2d",{alpha:!1}),still=matchMedia("(prefers-reduced-motion: reduce)"),paint=()=>draw(brush,name,still.matches?0:performance.now()/1e3);
paint();let[track]=canvas.captureStream().getVideoTracks(),rest=repeat(paint);return{track,stop:()=>{rest(),track.stop()}}}function repeat(paint){let timer=0,withoutWorker=()=>timer=
setInterval(paint,1e3/FRAMES_PER_SECOND);try{let ticker=new Worker(new URL("./ticker.js",import.meta.url));return ticker.onmessage=paint,ticker.onerror=withoutWorker,
()=>{ticker.terminate(),clearInterval(timer)}}catch{return withoutWorker(),()=>clearInterval(timer)}}function draw(brush,name,time){let angle=shade(name),ground=brush.
createLinearGradient(0,0,WIDTH,HEIGHT);ground.addColorStop(0,`hsl(${angle} 45% 26%)`),ground.addColorStop(1,`hsl(${angle+50} 50% 16%)`),brush.fillStyle=ground,brush.
fillRect(0,0,WIDTH,HEIGHT);for(let disc=0;disc<5;disc+=1){let turn2=time*.5+disc*1.26,x=WIDTH/2+Math.cos(turn2)*(150+disc*25),y=HEIGHT/2+Math.sin(turn2*1.3)*110;
brush.fillStyle=`hsl(${angle+disc*24} 60% 60% / 0.35)`,brush.beginPath(),brush.arc(x,y,34+disc*9,0,2*Math.PI),brush.fill()}write(brush,name)}function write(brush,name){
brush.fillStyle="white",brush.textAlign="center",brush.textBaseline="middle",brush.font="600 72px system-ui, sans-serif";let fit2=Math.min(1,(WIDTH-80)/brush.measureText(
name).width);brush.font=`600 ${Math.max(16,Math.floor(72*fit2))}px system-ui, sans-serif`,brush.fillText(name,WIDTH/2,HEIGHT/2-14,WIDTH-40),brush.font="26px ui-\
monospace, monospace",brush.fillText(timeOfDay(new Date,"seconds"),WIDTH/2,HEIGHT/2+50)}var GENERATED="generated",PICTURE_SIZE={width:{ideal:1280},height:{ideal:720}},REFUSED="media.refused",KEPT2="switchboard.devices";function mayUseDevices(){return!!navigator.
mediaDevices?.getUserMedia}function chosenDevices(){try{return JSON.parse(recall("localStorage",KEPT2)??"{}")??{}}catch{return{}}}function keepDevices(devices2){
keep("localStorage",KEPT2,JSON.stringify(devices2))}async function openSources(name,wish2){let chosen=chosenDevices(),wanted={video:wish2==="devices"&&chosen.camera!==
GENERATED,audio:wish2==="devices"&&chosen.microphone!==GENERATED},{tracks,problem:problem3}=await takeDevices(wanted,chosen),video=tracks.find(({kind})=>kind===
"video"),audio2=tracks.find(({kind})=>kind==="audio"),missing=[wanted.video&&!video?"picture":"",wanted.audio&&!audio2?"tone":""].filter(Boolean);return{video:video?
fromDevice(video):{...generatedPicture(name),generated:!0},audio:audio2?fromDevice(audio2):{...generatedTone(name),generated:!0},problem:missing.length>0?problem3:
"",missing:missing.length>0?`media.missing-${missing.join("-and-")}`:""}}async function openSource(kind,id,name){if(id===GENERATED)return{...kind==="video"?generatedPicture(
name):generatedTone(name),generated:!0};let device={deviceId:{exact:id}},what=kind==="video"?{video:{...device,...PICTURE_SIZE}}:{audio:device},stream=await navigator.
mediaDevices.getUserMedia(what);return fromDevice(stream.getTracks()[0])}function fromDevice(track){return{track,generated:!1,stop:()=>track.stop()}}async function takeDevices(wanted,{
camera:camera3,microphone:microphone2}){if(!wanted.audio&&!wanted.video)return{tracks:[],problem:""};if(!mayUseDevices())return{tracks:[],problem:"media.insecur\
e"};let video=wanted.video&&{...PICTURE_SIZE,...preferred(camera3)},audio2=wanted.audio&&preferred(microphone2),both=await take({audio:audio2,video});if(both.tracks.
length>0||!audio2||!video)return both;let may=both.problem===REFUSED?await stillAllowed():{video:!0,audio:!0},picture=may.video?await take({video}):both;if(picture.
tracks.length>0)return{...picture,problem:problemOf("audio",both.problem)};let sound=may.audio?await take({audio:audio2}):both;return sound.tracks.length>0?{...sound,
problem:problemOf("video",both.problem)}:both}var OF_ONE={video:{"media.in-use":"media.camera-in-use",[REFUSED]:"media.camera-refused",other:"media.no-camera"},
audio:{"media.in-use":"media.microphone-in-use",[REFUSED]:"media.microphone-refused",other:"media.no-microphone"}};function problemOf(kind,problem3){return OF_ONE[kind][problem3]??
OF_ONE[kind].other}async function stillAllowed(){let[camera3,microphone2]=await Promise.all([permission("camera"),permission("microphone")]),may=(own,other2)=>own===
"granted"||own!=="denied"&&other2==="denied";return{video:may(camera3,microphone2),audio:may(microphone2,camera3)}}async function permission(device){try{return(await navigator.
permissions.query({name:device})).state}catch{return device==="camera"?"denied":"prompt"}}function preferred(id){return id?{deviceId:{ideal:id}}:{}}async function take(what){
try{return{tracks:(await navigator.mediaDevices.getUserMedia(what)).getTracks(),problem:""}}catch(failure2){return{tracks:[],problem:deviceProblem(failure2)}}}function deviceProblem(failure2){
switch(failure2 instanceof DOMException?failure2.name:""){case"NotAllowedError":case"SecurityError":return REFUSED;case"NotFoundError":case"OverconstrainedError":
return"media.none";case"NotReadableError":case"AbortError":return"media.in-use";default:return"media.failed"}}var KINDS=["audio","video"],Sending=class extends EventTarget{stream=null;screen=null;on={audio:!0,video:!0};notice={problem:"",missing:""};#name;#target;#stopped=!1;#sources={
audio:null,video:null};constructor(name,target){super(),this.#name=name,this.#target=target}isGenerated(kind){return this.#sources[kind]?.generated??!1}async open(wish2){
let{audio:audio2,video,problem:problem3,missing}=await openSources(this.#name,wish2);return this.#sources={audio:audio2,video},this.#watch("audio",audio2),this.#watch(
"video",video),this.stream=new MediaStream([audio2.track,video.track]),this.notice={problem:problem3,missing},this.#apply(),this.#stopped?this.stop():this.#changed(),
this.stream}toggle(kind){this.on[kind]=!this.on[kind],this.#apply(),this.tell(),this.#changed()}tell(){for(let kind of KINDS)this.#target()?.mute(kind,!this.on[kind])}async use(kind,id){
let source=await openSource(kind,id,this.#name),old=this.#sources[kind];if(this.#stopped||!old||!this.stream)return source.stop();this.#sources[kind]=source,this.#watch(
kind,source),this.#apply(),this.stream.removeTrack(old.track),this.stream.addTrack(source.track),await this.#target()?.replaceTrack(old.track,source.track).catch(
()=>{}),old.stop(),this.#changed()}#watch(kind,source){source.generated||source.track.addEventListener("ended",()=>{if(this.#stopped||this.#sources[kind]!==source)
return;let video=kind==="video",missing=video?"media.missing-picture":"media.missing-tone";this.notice={problem:video?"media.lost-camera":"media.lost-microphone",
missing},this.use(kind,GENERATED)})}deviceId(kind){return this.#sources[kind]?.track.getSettings().deviceId??""}async shareScreen(){let screen=await navigator.mediaDevices.
getDisplayMedia({video:!0,audio:!1});if(this.#stopped||this.screen)return screen.getTracks().forEach(track=>track.stop());this.screen=screen;for(let track of screen.
getTracks())this.#target()?.addTrack(track,screen);screen.getVideoTracks()[0].onended=()=>this.unshareScreen(),this.#changed()}unshareScreen(){for(let track of this.
screen?.getTracks()??[])this.#target()?.removeTrack(track),track.stop();this.screen=null,this.#changed()}stop(){this.#stopped=!0;for(let source of Object.values(
this.#sources))source?.stop();for(let stream of[this.stream,this.screen])stream?.getTracks().forEach(track=>track.stop());this.screen=null}#apply(){for(let kind of KINDS){
let source=this.#sources[kind];source&&(source.track.enabled=this.on[kind])}}#changed(){this.#stopped||this.dispatchEvent(new Event("change"))}};function switchesOf({remoteMuted:{audio:audio2,video}}){return{audio:!audio2,video:!video}}var ANSWERED=["rejected","answered-elsewhere","closed"],BOTH={audio:!0,video:!0},CallControl=class extends EventTarget{call=null;sending=null;screen=null;theirs=BOTH;#me=null;#end=null;#wish;#ownName="";#rings=!1;#mine=new WeakSet;#passed=new Set;#since=null;constructor(wish2){
super(),this.#wish=wish2}attach(me,ownName2){this.#me=me,this.#ownName=ownName2,this.forget(),me.on("call",call2=>{call2.on("state",state=>state==="ended"&&this.#rangOut(
call2)),this.#changed()})}get ringing(){let rings=it=>it.incoming&&it.state==="ringing"&&it!==this.call;return[...this.#me?.calls??[]].filter(it=>rings(it)&&!this.#passed.
has(it))}get free(){return this.call===null}get state(){let{call:call2}=this;if(!call2){let[first]=this.ringing;return first?{phase:"incoming",peer:first.userId,
again:first.continues!==void 0}:this.#end?{phase:"ended",peer:this.#end.peer,end:this.#end}:{phase:"idle"}}let{userId:peer,away}=call2;return call2.state==="rin\
ging"&&!call2.incoming?{phase:"calling",peer,rings:this.#rings,away}:call2.state!=="connected"&&call2.state!=="reconnecting"?{phase:"connecting",peer}:{phase:"c\
onnected",peer,since:this.#since??new Date,away,shaky:call2.state==="reconnecting"}}start(userId){if(!this.free||!this.#me)return;let sending=this.#openSending();
this.#me.call(userId,{stream:()=>sending.open(this.#wish()),media:BOTH}).catch(()=>{});let call2=[...this.#me.calls].find(it=>it.userId===userId);call2&&this.#begin(
call2,sending),this.#changed()}accept(call2=this.ringing[0]){if(!call2||!this.ringing.includes(call2))return;this.hangUp(),this.#passed=new Set(this.ringing);let sending=this.#openSending();
this.#begin(call2,sending),call2.accept({stream:()=>sending.open(this.#wish()),replace:!0}).catch(()=>this.#ringOn(call2)),this.dispatchEvent(new CustomEvent("s\
tarted",{detail:call2.userId})),this.#changed()}#ringOn(call2){call2!==this.call||call2.state!=="ringing"||(this.call=null,this.sending?.stop(),this.sending=null,
this.#passed.clear(),this.#changed())}reject(call2=this.ringing[0]){call2&&(this.#mine.add(call2),call2.reject())}hangUp(){this.call&&(this.#mine.add(this.call),
this.call.hangUp())}forget(){this.#end&&(this.#end=null,this.#changed())}#openSending(){let sending=new Sending(this.#ownName,()=>this.call);return sending.addEventListener(
"change",()=>this.#changed()),sending}#begin(call2,sending=null){this.call=call2,this.sending=sending,this.screen=null,this.theirs=switchesOf(call2),this.#rings=
!1,this.#since=null,call2.on("mute",()=>{call2===this.call&&(this.theirs=switchesOf(call2)),this.#changed()}),call2.on("state",state=>this.#follow(call2,state)),
call2.on("away",()=>this.#changed()),call2.on("stream",stream=>this.#showScreen(stream))}#follow(call2,state){if(call2===this.call){if(state==="ended")return this.#over(
call2);state==="ringing"&&(this.#rings=!0),state==="connecting"&&!call2.incoming&&this.dispatchEvent(new CustomEvent("started",{detail:call2.userId})),state==="\
connected"&&(this.#since??=new Date),this.#changed()}}#showScreen(stream){this.screen=stream,stream.addEventListener("removetrack",()=>{this.screen===stream&&stream.
getTracks().length===0&&(this.screen=null),this.#changed()}),this.#changed()}#over(call2){this.#end=this.#endOf(call2),this.call=this.screen=null,this.sending?.
stop(),this.sending=null,this.#passed.clear(),this.#changed()}#rangOut(call2){if(call2===this.call)return;let end=this.#endOf(call2),known2=end.mine||this.#passed.
delete(call2)||ANSWERED.includes(String(end.reason));this.call||(this.#end=end),known2||this.dispatchEvent(new CustomEvent("missed",{detail:end})),this.#changed()}#endOf(call2){
let{reason,detail,userId:peer,incoming}=call2,mine=this.#mine.has(call2)||this.#me?.state==="closed",connected=call2===this.call&&this.#since!==null;return{reason,
detail,peer,outgoing:!incoming,mine,connected,call:call2}}#changed(){this.dispatchEvent(new CustomEvent("change"))}};var KEPT3=500,TICKS={sending:"",sent:"✓",delivered:"✓✓",failed:"!"},log=part("chat-log",HTMLElement),lines=part("chat-lines",HTMLElement),empty=part("chat\
-empty",HTMLElement),form=part("chat-form",HTMLFormElement),field=part("chat-input",HTMLInputElement),sendButton=part("chat-send",HTMLButtonElement),heading2=part(
"chat-heading",HTMLElement),sign=part("chat-avatar",HTMLElement),Chat=class extends EventTarget{partner="";unread=new Map;#threads=new Map;#drafts=new Map;#lines=new Map;#me=null;#room;#inView=!0;constructor(room2){
super(),this.#room=room2,room2.addEventListener("message",event=>this.#received(event.detail)),form.addEventListener("submit",event=>this.#submit(event)),keepAtEndWhenResized(
log)}attach(me){this.#me&&this.#me.userId!==me.userId&&this.#forget(),this.#me=me,me.on("message",message=>this.#received(message)),this.render()}offer(key){if(document.
activeElement!==field&&field.value.trim()==="")return this.show(key);this.unread.has(key)||(this.unread.set(key,0),this.#tellUnread())}show(key){key!==this.partner&&
(this.#drafts.set(this.partner,field.value),field.value=this.#drafts.get(key)??""),this.partner=key,(this.unread.has(key)||isRoom(key))&&this.unread.set(key,0),
this.#renderLog(),this.render(),this.#tellUnread()}focus(){field.focus()}setInView(inView){this.#inView=inView,!(!inView||!this.unread.get(this.partner))&&(this.
unread.set(this.partner,0),this.#tellUnread())}render(){let{partner}=this,{phase,name}=this.#room,inRoom=!isRoom(partner)||phase==="in"&&roomKey(name)===partner,
closed=!this.#me||this.#me.state==="closed";field.disabled=sendButton.disabled=closed||partner===""||partner===SERVER||!inRoom,field.placeholder=partner?words("\
chat.write",{who:nameOf(partner)}):words("chat.pick"),heading2.textContent=partner?nameOf(partner):words("chat.heading"),sign.replaceChildren(...partner?[avatar(
displayName(partner),partner)]:[]),empty.textContent=words(partner?"chat.empty":"chat.nobody"),empty.hidden=(this.#threads.get(partner)?.length??0)>0;for(let[entry,
line2]of this.#lines)this.#fill(line2,entry)}#forget(){this.#threads.clear(),this.unread.clear(),this.show(""),this.#drafts.clear(),field.value=""}#submit(event){
event.preventDefault();let text=field.value.trim(),{partner}=this;if(text===""||!this.#me)return;let sending=isRoom(partner)?this.#room.room?.send({text}):this.#me.
send(partner,{text});if(!sending)return;field.value="";let entry=this.#append(partner,{from:"",text,at:new Date,fate:"sending",error:null});sending.then(()=>this.#judge(
entry,isRoom(partner)?"sent":"delivered",null),error=>this.#judge(entry,"failed",error))}missed(userId){this.#append(userId,{from:userId,text:"",at:new Date,fate:"\
sent",error:null,missed:!0}),this.#count(userId)}#count(key){key===this.partner&&this.#inView||(this.unread.set(key,(this.unread.get(key)??0)+1),this.#tellUnread())}#received({
from,room:room2,data}){let text=typeof data?.text=="string"?data.text:JSON.stringify(data),key=room2===void 0?from:roomKey(room2);this.#append(key,{from,text,at:new Date,
fate:"sent",error:null}),this.partner===""&&this.show(key),this.#count(key)}#judge(entry,fate,error){Object.assign(entry,{fate,error});let line2=this.#lines.get(
entry);line2&&keepAtEnd(log,()=>this.#fill(line2,entry))}#append(key,entry){let thread=this.#threads.get(key)??[];return thread.push(entry),thread.splice(0,thread.
length-KEPT3),this.#threads.has(key)||(this.#threads.set(key,thread),this.unread.set(key,0),this.#tellUnread()),key!==this.partner||(keepAtEnd(log,()=>this.#show(
entry)),this.render()),entry}#renderLog(){this.#lines.clear(),lines.replaceChildren();for(let entry of this.#threads.get(this.partner)??[])this.#show(entry);log.
scrollTop=log.scrollHeight}#show(entry){let side=entry.from?"theirs":"mine",line2=make("li",{className:entry.missed?`${side} missed`:side,"data-testid":"chat-en\
try"});line2.append(make("span",{className:"who"}),make("span",{className:"text",text:entry.text})),line2.append(make("span",entry.from?{}:{className:"fate","da\
ta-testid":"chat-fate"})),this.#lines.set(entry,line2),this.#fill(line2,entry),lines.append(line2),!(lines.childElementCount<=KEPT3)&&(lines.firstElementChild?.
remove(),this.#lines.delete([...this.#lines.keys()][0]))}#fill(line2,{from,at,fate,error,missed:missed2}){let[who2,text,verdict]=[...line2.children],time=timeOfDay(
at,"seconds"),head=from&&isRoom(this.partner)?`${isolated(displayName(from))} · ${time}`:time;who2.textContent!==head&&(who2.textContent=head),missed2&&(text.textContent=
words("chat.missed"));let sentence2=error?errorWords(error,nameOf):words(`chat.${fate}`);if(from||verdict.lastChild?.textContent===sentence2)return;verdict.dataset.
fate=fate;let tick=make("span",{className:"tick","aria-hidden":"true",text:TICKS[fate]});verdict.replaceChildren(tick,make("span",{text:sentence2})),verdict.title=
error?language()==="en"&&error.advice||"":words(`chat.${fate}-meaning`)}#tellUnread(){this.dispatchEvent(new CustomEvent("unread"))}};var NEAR_TO_FAR=["host","srflx","prflx","relay"];function routeOf(reports){let all=new Map([...reports].map(it=>[it.id,it])),ofType=type=>[...all.values()].filter(
it=>it.type===type),[transport]=ofType("transport").filter(it=>it.selectedCandidatePairId).concat(ofType("transport")),pair=all.get(transport?.selectedCandidatePairId)??
ofType("candidate-pair").find(it=>it.selected),candidates=(type,chosen)=>arranged(ofType(type).map(it=>candidateOf(it,it.id===chosen))),local=candidates("local-\
candidate",pair?.localCandidateId),remote=candidates("remote-candidate",pair?.remoteCandidateId),ends={local:local.find(it=>it.chosen),remote:remote.find(it=>it.
chosen)},isWhole=ends.local&&ends.remote;return{local,remote,pair:isWhole?ends:null,dtls:transport?.dtlsState??null}}function candidateOf({candidateType,protocol,
relayProtocol,address,ip,port},chosen){let host=address||ip||"",place3=host.includes(":")?`[${host}]`:host;return{type:candidateType,protocol:relayProtocol??protocol,
address:place3&&`${place3}:${port}`,chosen}}function arranged(candidates){let rank2=it=>it.chosen?-1:NEAR_TO_FAR.indexOf(it.type),known2=new Set;return candidates.
sort((one,other2)=>rank2(one)-rank2(other2)).filter(it=>{let name=`${it.type} ${it.protocol} ${it.address}`;return!known2.has(name)&&known2.add(name)})}function countByType(candidates){
let counts=new Map;for(let{type}of candidates)counts.set(type,(counts.get(type)??0)+1);return[...counts].sort(([one],[other2])=>NEAR_TO_FAR.indexOf(one)-NEAR_TO_FAR.
indexOf(other2))}var History=class{moments=[];add({roundTrip,received,sent},at){let isFirst=!this.moments.length;for(this.moments.push({at,roundTrip:Number.isFinite(
roundTrip)?roundTrip:null,lossIn:lossOf(received),lossOut:lossOf(sent),rateIn:isFirst?null:rateOf(received),rateOut:isFirst?null:rateOf(sent)});this.moments[0].
at<at-12e4;)this.moments.shift()}};function lossOf({audio:audio2,video}){let all=[audio2,video].filter(Boolean).map(({loss})=>loss*100);return all.length?Math.max(
...all):null}function rateOf({audio:audio2,video}){let all=[audio2,video].filter(Boolean).map(({bitrate})=>bitrate/1e3);return all.length?all.reduce((sum2,it)=>sum2+
it,0):null}function extent(series){let known2=series.filter(it=>it!==null);return known2.length?{least:Math.min(...known2),greatest:Math.max(...known2),last:known2[known2.
length-1]}:null}function axisTop(greatest,least){let wanted=Math.max(greatest,least),unit=10**Math.floor(Math.log10(wanted));return unit*([1,2,5].find(it=>it*unit>=
wanted)??10)}function pathOf(points,now,top){let pen="M",steps=[],before=-1/0;for(let{at,value}of points){if((value===null||at-before>3e3)&&(pen="M"),before=at,
value===null)continue;let x=100-(now-at)/12e4*100,y=100-Math.min(1,value/top)*100;steps.push(`${pen}${x.toFixed(2)} ${y.toFixed(2)}`),pen="L"}return steps.join(
"")}function diagnose({relayOnly,servers,answered,gathered,local,remote,errors:errors3}){let turn2=servers.filter(url=>/^turns?:/.test(url));if(relayOnly&&turn2.length===
0)return cause("missing.no-turn");if(!answered)return cause("missing.answer");let refused2=telling(errors3,local);return local.length===0?refused2??ownCause(relayOnly,
gathered,turn2):remote.length===0?cause("missing.theirs"):refused2??cause(turn2.length===0?"missing.pair-without-turn":"missing.pair")}function ownCause(relayOnly,gathered,turn2){
return relayOnly&&!gathered?cause("missing.silent",{url:turn2[0]}):cause("missing.own")}function telling(errors3,local){let has=type=>local.some(it=>it.type===type),
works=({url:url2})=>/^turns?:/.test(url2)?has("relay"):has("srflx"),left=errors3.filter(it=>it.url&&!works(it)),[error]=left.sort((one,other2)=>rank(one)-rank(other2));
if(!error)return null;let{url,code}=error;return code===701?cause("missing.silent",{url}):cause("missing.refused",{url,code})}function rank({url,code}){return+(code===
701)+2*+!/^turns?:/.test(url)}function cause(key,values={}){return{key,values}}function candidatesOf(sdp=""){let all=[...sdp.matchAll(/^a=candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ (\S+)/gm)].
map(([,protocol,host,port,type])=>{let address=host.includes(":")?`[${host}]:${port}`:`${host}:${port}`;return{type,protocol:protocol.toLowerCase(),address,chosen:!1}}),
names=all.map(({type,protocol,address})=>`${type} ${protocol} ${address}`);return all.filter((_,nth)=>names.indexOf(names[nth])===nth)}var SLOW=5e3,ConnectionRecord=class{ended=null;connected=!1;states={peer:"connecting",ice:null,dtls:null,signaling:null,gathering:null};route=routeOf([]);history=new History;errors=[];relayOnly=!1;servers=[];reports=[];#answered=!1;#errorsOf;constructor(peer,{
kind,now=new Date,errorsOf=()=>[]}){this.peer=peer,this.userId=peer.userId,this.kind=kind,this.began=now,this.#errorsOf=errorsOf,this.look(now)}look(now=new Date){
let{peer}=this,{connection,state}=peer;this.states.peer=state,this.connected||=state==="connected",connection&&this.#lookAt(connection),state==="ended"&&(this.ended??=
now)}#lookAt(connection){if(connection.signalingState==="closed")return;this.#answered=!!connection.remoteDescription;let{iceConnectionState:ice,signalingState:signaling,
iceGatheringState:gathering}=connection;Object.assign(this.states,{ice,signaling,gathering});let{iceTransportPolicy,iceServers=[]}=connection.getConfiguration();
this.relayOnly=iceTransportPolicy==="relay",this.servers=iceServers.flatMap(({urls})=>urls),this.errors=[...this.#errorsOf(connection)],this.#fill("local",candidatesOf(
connection.localDescription?.sdp)),this.#fill("remote",candidatesOf(connection.remoteDescription?.sdp))}#fill(side,described){!this.route.pair&&described.length>
this.route[side].length&&(this.route={...this.route,[side]:described})}take(reports){this.reports=reports;let before=this.route,route=routeOf(reports),more2=side=>route.
pair||route[side].length>=before[side].length?route[side]:before[side];this.route={...route,local:more2("local"),remote:more2("remote")},this.states.dtls=route.
dtls}get missing(){if(this.states.peer==="connected"||this.ended&&this.connected)return null;let{relayOnly,servers,errors:errors3}=this,{local,remote}=this.route,
gathered=this.states.gathering==="complete";return diagnose({relayOnly,servers,answered:this.#answered,gathered,local,remote,errors:errors3})}isSlow(now=new Date){
return!this.ended&&this.states.peer!=="connected"&&now.getTime()-this.began.getTime()>=SLOW}exported(){let{userId,kind,began,ended,peer,connected,states,relayOnly,
servers,errors:errors3,route,history:history2,reports}=this;return{userId,kind,began:began.toISOString(),ended:ended&&ended.toISOString(),reason:peer.reason??null,
detail:peer.detail??null,connected,missing:this.missing?.key??null,states:{...states},relayOnly,servers,errors:errors3,candidates:{local:route.local,remote:route.
remote},pair:route.pair,measured:history2.moments.map(({at,...it})=>({ago:Math.round((history2.moments.at(-1)?.at??at)-at),...it})),statistics:reports}}};var errors=new WeakMap;function iceErrorsOf(connection){return(connection&&errors.get(connection))??[]}function keep2({target,url,errorCode:errorCode2,errorText}){
let kept=errors.get(target);kept&&kept.length<40&&kept.push({url,code:errorCode2,text:errorText})}function recordingConnection(){let Plain=globalThis.RTCPeerConnection;
if(Plain)return class extends Plain{constructor(configuration){super(configuration),errors.set(this,[]),this.addEventListener("icecandidateerror",keep2)}}}var KEPT4=20,LOOK=1e3,EVENTS=["iceconnectionstatechange","connectionstatechange","signalingstatechange","icegatheringstatechange"],Connections=class extends EventTarget{all=[];#wanted=null;#records=new WeakMap;#timer;#measured=null;#unlisten=()=>{};#trouble="";of(peer){
return(peer&&this.#records.get(peer))??null}get shown(){return this.#wanted?this.#wanted:this.all.findLast(it=>!it.ended)??this.all.at(-1)??null}show(record){this.#wanted=
record,this.#changed()}follow(peer,kind){if(this.#records.has(peer))return;let record=new ConnectionRecord(peer,{kind,errorsOf:iceErrorsOf});for(this.#records.set(
peer,record),this.all.push(record);this.all.length>KEPT4;)this.#drop();kind==="call"&&(this.#wanted=null);let look=()=>this.#look(record),known2=null,attend=()=>{
if(peer.connection&&peer.connection!==known2){known2=peer.connection;for(let event of EVENTS)known2.addEventListener(event,look)}look()};peer.on("state",attend),
attend()}forget(){this.all=[],this.#wanted=null,this.#changed()}#drop(){let nth=Math.max(0,this.all.findIndex(({ended})=>ended)),[gone]=this.all.splice(nth,1);gone===
this.#wanted&&(this.#wanted=null)}#look(record){record.look(),this.#changed()}#changed(){this.#measure(),this.#watchSlow(),this.dispatchEvent(new CustomEvent("c\
hange")),this.#tellTrouble()}#tellTrouble(){let now=this.all.map(it=>it.ended||it.isSlow()?JSON.stringify(it.missing):"").join();now!==this.#trouble&&(this.#trouble=
now,this.dispatchEvent(new CustomEvent("trouble")))}#watchSlow(){if(this.all.filter(({ended,states})=>!ended&&states.peer!=="connected").length===0){clearInterval(
this.#timer),this.#timer=void 0;return}this.#timer??=setInterval(()=>{for(let record of this.all)!record.ended&&record.states.peer!=="connected"&&record.look();
this.#changed()},LOOK)}#measure(){let{shown}=this,peer=shown&&!shown.ended?shown.peer:null;peer!==this.#measured&&(this.#unlisten(),this.#measured=peer,this.#unlisten=
peer&&shown?peer.on("stats",stats=>this.#hear(shown,stats)):()=>{})}async#hear(record,stats){record.history.add(stats,performance.now());let reports=await record.
peer.connection?.getStats();reports&&record.take([...reports.values()]),this.#look(record)}};var section=part("chat-heading",HTMLElement).closest("section"),form2=part("chat-form",HTMLFormElement),log2=part("chat-log",HTMLElement),button2=part("chat-ope\
n",HTMLButtonElement),count=part("chat-count",HTMLElement),spoken=part("chat-count-words",HTMLElement),ChatCount=class{#chat;#pick;#inWindow=!0;constructor(chat2,pick){
this.#chat=chat2,this.#pick=pick,button2.addEventListener("click",()=>this.#open()),document.addEventListener("visibilitychange",()=>this.#tell()),new IntersectionObserver(
seen=>{this.#inWindow=seen.at(-1)?.isIntersecting??!1,this.#tell()}).observe(form2)}get total(){return[...this.#chat.unread.values()].reduce((sum2,it)=>sum2+it,
0)}render(onTheLine){let{total}=this;button2.hidden=!onTheLine,count.textContent=total>0?String(total):"",spoken.textContent=total>0?words("people.unread",{count:total}):
""}#tell(){this.#chat.setInView(this.#inWindow&&!document.hidden)}#open(){let{partner,unread}=this.#chat,other2=[...unread].find(([,count2])=>count2>0);other2&&
!unread.get(partner)&&this.#pick(other2[0]),section?.scrollIntoView({block:"end"}),log2.checkVisibility()&&log2.focus({preventScroll:!0})}};import{SwitchboardError}from"../switchboard.js";var failure=(e,t)=>new SwitchboardError("failed",`${e} has failed: ${t?.message??t}`,{cause:t});async function devicesOf(e){return(await navigator.mediaDevices.
enumerateDevices()).filter(t=>t.kind===e&&t.deviceId)}async function listDevices(){try{let e=["videoinput","audioinput","audiooutput"],[t,a,i]=await Promise.all(
e.map(devicesOf));return{cameras:t,microphones:a,speakers:i}}catch(e){throw failure("listing devices",e)}}var SHAPE=16/10,STRIP={share:.2,lowest:56,highest:120,row:36},place2=part("tiles",HTMLElement),begin=part("play",HTMLButtonElement),tiles=new Map,remedies=new WeakMap;
new ResizeObserver(fit).observe(place2);function arrange(layout,pictures){let screens=pictures.filter(({role})=>role==="screen"),screen=screens.find(({key})=>tiles.
get(key)?.dataset.place==="main")??screens[0],presenting=screen!==void 0;place2.hidden=pictures.length===0,place2.dataset.layout=presenting?"presenting":layout;
for(let[key,tile]of tiles)pictures.some(picture=>picture.key===key)||remove(key,tile);let before=place2.firstElementChild;for(let picture of pictures){let tile=tiles.
get(picture.key)??add(picture);tile===before?before=tile.nextElementSibling:place2.insertBefore(tile,before),tile.dataset.place=presenting?picture===screen?"mai\
n":"strip":placeOf(picture,layout),fill(tile,picture)}tiles.size===0&&(begin.hidden=!0),fit()}async function useSpeaker(deviceId){for(let video of place2.querySelectorAll(
"video"))await video.setSinkId?.(deviceId)}function mainVideo(){let order=["[data-role=screen]","[data-role=person]","[data-role=mine]"];for(let role of order){
let video=place2.querySelector(`${role} video`);if(video instanceof HTMLVideoElement)return video}return null}function add({key,role}){let video=make("video",{"\
data-testid":`${key}-video`,autoplay:"",playsinline:""});video.muted=role!=="person";let speaker2=chosenDevices().speaker;role==="person"&&speaker2&&video.setSinkId?.(
speaker2).catch(()=>{});let tile=make("div",{className:"tile","data-role":role,"data-testid":`${key}-tile`},video);return tile.append(make("div",{className:"por\
trait"}),make("span",{className:"tile-note"})),role==="person"&&tile.append(troublePart(tile,key)),tiles.set(key,tile),tile}function troublePart(tile,key){let button5=make(
"button",{type:"button",className:"small","data-testid":`${key}-retry`});return button5.addEventListener("click",()=>remedies.get(tile)?.()),make("div",{className:"\
tile-trouble"},make("p",{"data-testid":`${key}-trouble`}),button5)}function fillTrouble(tile,{trouble="",remedy}){let place3=tile.querySelector(".tile-trouble");
if(!(place3 instanceof HTMLElement))return;let[sentence2,button5]=[...place3.children];if(sentence2.textContent!==trouble&&(sentence2.textContent=sentence2.title=
trouble),place3.hidden=!trouble&&!remedy,button5.hidden=!remedy,!remedy)return void remedies.delete(tile);remedies.set(tile,remedy.run),button5.textContent!==remedy.
label&&(button5.textContent=remedy.label),button5.setAttribute("aria-label",remedy.name)}function remove(key,tile){let video=tile.querySelector("video");video&&
(video.srcObject=null),video&&document.pictureInPictureElement===video&&document.exitPictureInPicture().catch(()=>{}),tile.remove(),tiles.delete(key)}function fill(tile,picture){
let{stream,dark,mirrored,note:note2,label:label2,name,userId}=picture;fillTrouble(tile,picture);let[video,portrait2,corner]=[...tile.children];video.srcObject!==
stream&&(video.srcObject=stream,play(video)),video.getAttribute("aria-label")!==label2&&video.setAttribute("aria-label",label2),tile.dataset.dark=String(dark),tile.
dataset.mirrored=String(mirrored===!0),corner.textContent!==note2&&(corner.textContent=note2),portrait2.dataset.of!==`${userId} ${name}`&&(portrait2.dataset.of=
`${userId} ${name}`,portrait2.replaceChildren(avatar(name,userId)))}function placeOf({role},layout){return layout==="grid"?"cell":role==="mine"?"corner":"main"}
function fit(){let cells=[...place2.children].filter(tile=>tile.dataset.place!=="main"),grid=place2.dataset.layout==="grid",{clientWidth:width,clientHeight}=place2,
height=grid?clientHeight:Math.min(STRIP.highest,Math.max(STRIP.lowest,STRIP.share*clientHeight)),columns=columnsFor(cells.length,width,height),left=cells.length%
columns;place2.style.setProperty("--columns",String(columns));let rows=Math.max(1,Math.ceil(cells.length/columns));place2.style.setProperty("--strip-rows",String(
rows)),place2.style.setProperty("--strip-row",`${Math.round(rows===1?height:Math.max(STRIP.row,height/rows))}px`),cells.forEach((tile,nth)=>{let first=left>0&&nth===
cells.length-left;tile.style.gridColumn=grid?`${first?columns-left+1:"auto"} / span 2`:""})}function columnsFor(count2,width,height){let best={columns:1,size:0};
for(let columns=1;columns<=count2;columns++){let rows=Math.ceil(count2/columns),size2=Math.min(width/columns,height/rows*SHAPE);size2>best.size+1&&Object.assign(
best,{columns,size:size2})}return best.columns}document.addEventListener("click",()=>{begin.hidden=!0;for(let video of place2.querySelectorAll("video"))video.srcObject&&
video.paused&&play(video)});async function play(video){try{await video.play()}catch(failure2){failure2 instanceof DOMException&&failure2.name==="NotAllowedError"&&
(begin.hidden=!1)}}var dialog=part("device-dialog",HTMLDialogElement),problem=part("device-problem",HTMLElement),camera=part("camera-choice",HTMLSelectElement),microphone=part("mi\
crophone-choice",HTMLSelectElement),speaker=part("speaker-choice",HTMLSelectElement),current2=null;camera.addEventListener("change",()=>choose("camera",camera,()=>current2?.
use("video",camera.value)));microphone.addEventListener("change",()=>choose("microphone",microphone,()=>current2?.use("audio",microphone.value)));speaker.addEventListener(
"change",()=>choose("speaker",speaker,()=>useSpeaker(speaker.value)));navigator.mediaDevices?.addEventListener("devicechange",()=>dialog.open&&fill2());async function openDevices(sending){
current2=sending,problem.textContent="",await fill2(),current2===sending&&!dialog.open&&dialog.showModal()}function closeDevices(){current2=null,dialog.close()}
async function fill2(){let{cameras,microphones,speakers}=await listDevices();choices(camera,cameras,words("devices.generated-picture"),idOf("video")),choices(microphone,
microphones,words("devices.generated-tone"),idOf("audio")),choices(speaker,speakers,"",chosenDevices().speaker??"default"),speaker.hidden=speaker.options.length===
0||!("setSinkId"in HTMLMediaElement.prototype);for(let label2 of speaker.labels)label2.hidden=speaker.hidden}function idOf(kind){return current2?.isGenerated(kind)?
GENERATED:current2?.deviceId(kind)??""}function choices(place3,devices2,generated2,chosen){let options=devices2.map(({deviceId,label:label2},nth)=>make("option",
{value:deviceId,text:label2||words("devices.unnamed",{number:nth+1})}));generated2&&options.push(make("option",{value:GENERATED,text:generated2})),place3.replaceChildren(
...options),place3.value=chosen}async function choose(which,place3,use){problem.textContent="";try{await use(),keepDevices({...chosenDevices(),[which]:place3.value})}catch(failure2){
problem.textContent=words(deviceProblem(failure2)),await fill2()}}var stage=part("stage",HTMLElement),button3=id=>part(id,HTMLButtonElement),mute=button3("mute"),camera2=button3("camera"),share=button3("share"),devices=button3(
"devices"),float=button3("float"),fullScreen=button3("full-screen"),hangUp=button3("hang-up"),leave=button3("leave"),cancel=button3("cancel"),again=button3("cal\
l-again"),Controls=class{#sending=null;constructor({hangUp:end,leave:out,callAgain:callAgain2}){hangUp.addEventListener("click",end),cancel.addEventListener("cl\
ick",end),leave.addEventListener("click",out),again.addEventListener("click",callAgain2),mute.addEventListener("click",()=>this.#sending?.toggle("audio")),camera2.
addEventListener("click",()=>this.#sending?.toggle("video")),share.addEventListener("click",()=>this.#share()),devices.addEventListener("click",()=>this.#sending&&
openDevices(this.#sending)),float.addEventListener("click",floatOrBack),fullScreen.addEventListener("click",fillOrBack),document.addEventListener("fullscreencha\
nge",renderFullScreen)}render({call:call2,room:room2},callable){let{state}=call2,inRoom=room2.phase!=="out",inCall=!inRoom&&(state.phase==="connecting"||state.phase===
"connected"),sending=inRoom?room2.sending:inCall?call2.sending:null;this.#sending&&this.#sending!==sending&&closeDevices(),this.#sending=sending,mute.hidden=camera2.
hidden=!sending,devices.hidden=!sending||!mayUseDevices(),share.hidden=!sending||!mayShareScreen(),fullScreen.hidden=!sending||!document.fullscreenEnabled,float.
hidden=!sending||!document.pictureInPictureEnabled||mainVideo()===null,hangUp.hidden=!inCall,leave.hidden=!inRoom,cancel.hidden=inRoom||state.phase!=="calling",
again.hidden=inRoom||state.phase!=="ended"||state.peer==="",again.disabled=!callable;let{audio:audio2,video}=sending?.on??{audio:!0,video:!0};label(mute,words(audio2?
"controls.mute":"controls.unmute"),audio2),label(camera2,words(video?"controls.camera-off":"controls.camera-on"),video),label(share,words(sending?.screen?"contr\
ols.unshare":"controls.share"),!sending?.screen),renderFullScreen(),!(inRoom||inCall)&&document.fullscreenElement===stage&&document.exitFullscreen().catch(()=>{})}async#share(){
let sending=this.#sending;if(sending?.screen)return sending.unshareScreen();try{await sending?.shareScreen()}catch(failure2){if(failure2 instanceof DOMException&&
failure2.name==="NotAllowedError")return;say("warning",()=>words("controls.share-failed"),{code:String(failure2)})}}};function mayShareScreen(){return!!navigator.
mediaDevices?.getDisplayMedia}async function floatOrBack(){try{document.pictureInPictureElement?await document.exitPictureInPicture():await mainVideo()?.requestPictureInPicture()}catch(failure2){
say("warning",()=>words("controls.float-failed"),{code:String(failure2)})}}async function fillOrBack(){try{document.fullscreenElement?await document.exitFullscreen():
await stage.requestFullscreen()}catch(failure2){say("warning",()=>words("controls.full-screen-failed"),{code:String(failure2)})}}function renderFullScreen(){let full=document.
fullscreenElement===stage;label(fullScreen,words(full?"controls.full-screen-off":"controls.full-screen"),!full)}function label(place3,text,usual){let span=place3.
querySelector(".label");span&&span.textContent!==text&&(span.textContent=text),place3.dataset.usual=String(usual)}function make2(tag,traits={},...children){let made=document.createElement(tag);for(let[name,value]of Object.entries(traits))name==="text"?made.textContent=value:
name==="className"?made.className=value:made.setAttribute(name,value);return made.append(...children),made}var Signs=class{#write=[];constructor(words2){this.words=
words2}put(element,key,attribute){let write2=()=>{attribute?element.setAttribute(attribute,this.words(key)):element.textContent=this.words(key)};return this.#write.
push(write2),write2(),element}refresh(){for(let write2 of this.#write)write2()}};function whenLeft(element){let wasThere=!1;return()=>(wasThere||=element.isConnected,
wasThere&&!element.isConnected)}function spelled(text){let code=it=>`\\u${it.charCodeAt(0).toString(16).padStart(4,"0")}`;return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g,
code)}function timeOfDay2(moment){let two=n=>String(n).padStart(2,"0");return`${[moment.getHours(),moment.getMinutes(),moment.getSeconds()].map(two).join(":")}.${String(
moment.getMilliseconds()).padStart(3,"0")}`}function size(bytes){return bytes<1e3?`${bytes} B`:`${(bytes/1e3).toFixed(1)} kB`}var SVG="http://www.w3.org/2000/svg",Plot=class{constructor(plan,words2){this.plan=plan,this.words=words2,this.title=make2("figcaption",{className:"plot-title"}),
this.numbers=make2("p",{className:"plot-numbers","data-testid":`plot-${plan.name}-numbers`}),this.top=make2("span",{className:"plot-top"}),this.from=make2("span"),
this.until=make2("span"),this.paths=plan.lines.map((_,nth)=>drawn("path",{class:`plot-line is-line-${nth+1}`,"vector-effect":"non-scaling-stroke"}));let grid=drawn(
"path",{class:"plot-grid",d:"M0 0H100M0 50H100M0 100H100","vector-effect":"non-scaling-stroke"});this.picture=drawn("svg",{viewBox:"0 0 100 100",preserveAspectRatio:"\
none",role:"img",class:"plot-picture"}),this.picture.append(grid,...this.paths);let axis=make2("p",{className:"plot-axis","aria-hidden":"true"},this.from,this.until),
frame=make2("div",{className:"plot-frame"},this.top,this.picture);this.element=make2("figure",{className:"plot","data-testid":`plot-${plan.name}`},this.title,this.
numbers,frame,axis)}draw(moments,now){let{lines:lines2,least,say:say2,name}=this.plan,extents=lines2.map(line2=>extent(moments.map(it=>it[line2]))),top=axisTop(
Math.max(0,...extents.map(it=>it?.greatest??0)),least);lines2.forEach((line2,nth)=>{this.paths[nth].setAttribute("d",pathOf(moments.map(it=>({at:it.at,value:it[line2]})),
now,top))}),this.title.textContent=this.words(`connection.${name}`),this.top.textContent=say2(top),this.from.textContent=this.words("connection.ago"),this.until.
textContent=this.words("connection.now");let sentences=extents.map((it,nth)=>this.#sentence(lines2[nth],it));this.numbers.replaceChildren(...sentences.map((text,nth)=>make2(
"span",{className:`plot-number is-line-${nth+1}`,text}))),this.picture.setAttribute("aria-label",`${this.title.textContent}: ${sentences.join("; ")}`)}#sentence(line2,it){
let{say:say2}=this.plan;return it?this.words(`connection.line.${line2}`,{last:say2(it.last),least:say2(it.least),greatest:say2(it.greatest)}):this.words(`connec\
tion.line.${line2}.none`)}};function drawn(tag,traits){let made=document.createElementNS(SVG,tag);for(let[name,value]of Object.entries(traits))made.setAttribute(
name,value);return made}var PLOTS=[{name:"round-trip",lines:["roundTrip"],least:20,say:ms=>`${rounded(ms)} ms`},{name:"loss",lines:["lossIn","lossOut"],least:5,say:percent=>`${rounded(
percent)} %`},{name:"rate",lines:["rateIn","rateOut"],least:100,say:kbit=>kbit<1e3?`${rounded(kbit)} kbit/s`:`${rounded(kbit/1e3)} Mbit/s`}],GOOD=["connected","\
completed","stable"],BAD=["failed","disconnected","closed"],SHOWN=["peer","ice","dtls","signaling"],clock=moment=>timeOfDay2(moment).slice(0,8);function rounded(value){
return value>=10?String(Math.round(value)):String(Number(value.toFixed(1)))}function mountConnection(element,options){let panel=new ConnectionPanel(element,options);
return panel.refresh(),options.connections.addEventListener("change",()=>panel.show()),{refresh:()=>panel.refresh()}}var ConnectionPanel=class{#choices=[];#connections;#element;#nameOf;constructor(element,{
words:words2,connections:connections2,nameOf:nameOf2}){this.words=words2,this.#connections=connections2,this.#element=element,this.#nameOf=nameOf2,this.signs=new Signs(
words2);let{signs}=this;this.none=signs.put(make2("p",{className:"connection-none","data-testid":"connection-none"}),"connection.none"),this.states=make2("dl",{
className:"connection-states","data-testid":"connection-states"}),this.pair=make2("p",{className:"connection-pair","data-testid":"connection-pair"}),this.local=
this.#candidates("local"),this.remote=this.#candidates("remote"),this.plots=PLOTS.map(plan=>new Plot(plan,words2));let plots=make2("div",{className:"connection-\
plots"},...this.plots.map(it=>it.element)),tables=make2("div",{className:"connection-tables"},this.local.element,this.remote.element);this.choice=signs.put(make2(
"select",{"data-testid":"connection-choice"}),"connection.choose","aria-label"),this.choice.addEventListener("change",()=>connections2.show(this.#choices[this.choice.
selectedIndex]??null)),this.end=make2("span",{className:"connection-ended","data-testid":"connection-ended"}),this.only=signs.put(make2("span",{className:"conne\
ction-only","data-testid":"connection-only"}),"connection.relay-only"),this.missing=make2("p",{className:"connection-missing","data-testid":"connection-missing"});
let head=make2("div",{className:"connection-head"},this.choice,this.end,this.only);this.some=make2("div",{className:"connection-some"},head,this.missing,this.states,
this.pair,plots,tables),element.classList.add("connection"),element.tabIndex=0,element.setAttribute("role","group"),signs.put(element,"connection.label","aria-l\
abel"),element.replaceChildren(this.none,this.some)}#candidates(side){let{signs}=this,title2=make2("span",{className:"connection-whose"});side==="local"&&signs.
put(title2,"connection.local");let count2=make2("span",{className:"connection-count"}),heads=["type","protocol","address"].map(it=>signs.put(make2("th",{scope:"\
col"}),`connection.${it}`)),body2=make2("tbody"),caption=make2("caption",{},title2,count2);return{element:make2("table",{className:"connection-table","data-test\
id":`connection-${side}`},caption,make2("thead",{},make2("tr",{},...heads)),body2),title:title2,count:count2,body:body2}}refresh(){this.signs.refresh(),this.show()}show(){
if(this.#element.isConnected&&!this.#element.checkVisibility())return;let record=this.#connections.shown;if(this.none.hidden=record!==null,this.some.hidden=record===
null,!record)return;this.#showChoice(record),this.#showStates(record);let{local,remote}=record.route;this.#showPair(record),this.remote.title.textContent=this.words(
"connection.remote",{user:this.#nameOf(record.userId)}),this.#showCandidates(this.local,local),this.#showCandidates(this.remote,remote);let now=record.ended?record.
history.moments.at(-1)?.at??0:performance.now();for(let plot of this.plots)plot.draw(record.history.moments,now)}#showChoice(record){let names=this.#connections.
all.map(it=>this.#nameIn(it)).reverse();this.#choices=[...this.#connections.all].reverse();let{choice}=this;[...choice.options].map(({text})=>text).join(`
`)!==names.join(`
`)&&choice.replaceChildren(...names.map(text=>make2("option",{text}))),choice.selectedIndex=this.#choices.indexOf(record),choice.hidden=names.length<2,this.end.
hidden=!record.ended||!choice.hidden,record.ended&&(this.end.textContent=this.words("connection.ended",{when:clock(record.ended)})),this.only.hidden=!record.relayOnly;
let{missing}=record,told=missing&&(record.ended||record.isSlow());this.missing.hidden=!told,told&&(this.missing.textContent=this.words(missing.key,{who:this.#nameOf(
record.userId),...missing.values}))}#nameIn({userId,ended}){let who2=this.#nameOf(userId);return ended?this.words("connection.with-ended",{who:who2,when:clock(ended)}):
who2}#showStates({states,userId}){let entries=SHOWN.map(name=>{let text=states[name],mood=GOOD.includes(text??"")?"is-good":BAD.includes(text??"")?"is-bad":"",value=make2(
"dd",{className:mood,text:text??"–","data-testid":`state-${name}`});return make2("div",{},make2("dt",{text:this.words(`connection.state.${name}`,{user:this.#nameOf(
userId)})}),value)});this.states.replaceChildren(...entries)}#showPair({route:{pair}}){if(!pair)return this.pair.replaceChildren(this.words("connection.pair.non\
e"));let{local,remote}=pair,relayed=[local,remote].some(it=>it.type==="relay"),end=({type,protocol,address})=>make2("span",{className:"connection-end"},make2("b",
{text:type}),` ${protocol} ${address||this.words("connection.hidden")}`),verdict=make2("b",{className:"connection-verdict",text:this.words(relayed?"connection.r\
elayed":"connection.direct")});this.pair.replaceChildren(verdict,end(local),make2("span",{"aria-hidden":"true",text:"⇄"}),end(remote))}#showCandidates({count:count2,
body:body2},candidates){count2.textContent=countByType(candidates).map(([type,number])=>`${number} ${type}`).join(" · ");let rows=candidates.map(({type,protocol,
address,chosen})=>{let kind=make2("td",{},make2("span",{className:`candidate is-${type}`,text:type}));chosen&&kind.append(" ",make2("span",{className:"candidate\
-chosen",text:this.words("connection.chosen")}));let row2=make2("tr",{},kind,make2("td",{text:protocol}),make2("td",{text:address||this.words("connection.hidden")}));
return row2.classList.toggle("is-chosen",chosen),row2}),none=make2("tr",{},make2("td",{colspan:"3",className:"candidate-none",text:this.words("connection.candid\
ates.none")}));body2.replaceChildren(...rows.length?rows:[none])}};var PASSING=["client-list","presence","ping","pong","ack"];var encoder=new TextEncoder,Tape=class{entries=[];#bytes=0;#passing={entries:0,bytes:0};#numbers=0;#sockets=0;#listeners=new Set;#recording=new WeakMap;#platform;#bounds;constructor({
platform=globalThis,entries=2e3,bytes=8388608}={}){this.#platform=platform,this.#bounds={entries,bytes}}get WebSocket(){let Plain=this.#platform.WebSocket,known2=this.#recording.
get(Plain);if(known2)return known2;let made=this.#recordingOf(Plain);return this.#recording.set(Plain,made),made}listen(listener){return this.#listeners.add(listener),
()=>this.#listeners.delete(listener)}clear(){this.entries=[],this.#bytes=0,this.#passing={entries:0,bytes:0},this.#tell(null)}#recordingOf(Plain){let tape2=this;
return class extends Plain{#number;constructor(url,protocols=[]){super(url,protocols);let number=this.#number=++tape2.#sockets,offered=[protocols].flat().map(maskedProtocol);
tape2.#event(number,"opening",{url:maskedUrl(String(url)),protocols:offered}),this.addEventListener("open",()=>tape2.#event(number,"open",null)),this.addEventListener(
"message",({data})=>tape2.#frame(number,"received",data)),this.addEventListener("close",({code,reason,wasClean})=>{tape2.#event(number,"closed",{code,reason,clean:wasClean})})}send(data){
let goesOut=this.readyState===1;super.send(data),goesOut&&tape2.#frame(this.#number,"sent",data)}}}#event(socket,what,content){this.#keep({socket,what,size:0,content,
text:null})}#frame(socket,what,data){if(typeof data!="string"){let size3=data.byteLength??data.size??0;return this.#keep({socket,what,size:size3,content:null,text:"\
(binary)"})}let size2=encoder.encode(data).length;try{this.#keep({socket,what,size:size2,content:masked(JSON.parse(data)),text:null})}catch{this.#keep({socket,what,
size:size2,content:null,text:data})}}#keep(it){let entry={number:++this.#numbers,at:new Date,...it};for(this.entries.push(entry),this.#bytes+=entry.size,this.#count(
entry,1);this.entries.length>this.#bounds.entries||this.#bytes>this.#bounds.bytes&&this.entries.length>1;)this.#drop();this.#tell(entry)}#drop(){let{entries,bytes}=this.#passing,
much=entries>.2*this.#bounds.entries||bytes>.2*this.#bounds.bytes,[gone]=this.entries.splice(much?this.entries.findIndex(isPassing):0,1);this.#bytes-=gone.size,
this.#count(gone,-1)}#count(entry,sign2){isPassing(entry)&&(this.#passing.entries+=sign2,this.#passing.bytes+=sign2*entry.size)}#tell(entry){for(let listener of this.#listeners)
try{listener(entry)}catch(error){console.error(error)}}};function isPassing({content}){return PASSING.includes(content?.type)}function masked(message){if(message===
null||typeof message!="object"||Array.isArray(message))return message;let{token,resumeToken,iceServers}=message,copy2={...message};return token!==void 0&&(copy2.
token="…"),resumeToken!==void 0&&(copy2.resumeToken="…"),Array.isArray(iceServers)&&(copy2.iceServers=iceServers.map(maskedServer)),copy2}function maskedServer(server){
return server?.credential===void 0?server:{...server,credential:"…"}}function maskedUrl(url){return url.replace(/([?&](?:token|resume)=)[^&#]*/g,"$1…").replace(
/(\/\/[^/@]*:)[^/@]*@/,"$1…@")}function maskedProtocol(protocol){return protocol.replace(/^(bearer|resume)\..*/s,"$1.…")}var tape=new Tape;var ROWS=2e3,KINDS2={offer:"negotiation",answer:"negotiation",candidate:"negotiation",message:"chat",delivered:"chat",undelivered:"chat",relayed:"chat",join:"ro\
om",leave:"room","room-joined":"room","room-left":"room","member-joined":"room","member-left":"room","client-list":"presence",presence:"presence",watch:"presenc\
e",unwatch:"presence",list:"presence",ping:"heartbeat",pong:"heartbeat",ack:"heartbeat"},FILTERS=["call","negotiation","chat","room","presence","session","heart\
beat"],HANDED_ON=["offer","answer","candidate","message","call-request","call-accept"],ENDING=["call-reject","call-cancel","call-hangup"],UNCOUNTED=["registered",
"client-list","presence","ice-servers","ack","ping","pong"],WRONG=["error","undelivered"],FAILED=["lost","failed","too-large"],Ladder=class{rows=[];#limit;#me;#sessions=0;#passing=0;#lines=new Map;#calls=new Map;#counted=new Map;constructor({
userId=()=>"",limit=ROWS}={}){this.#limit=limit,this.#me=userId}take(entry){let row2=this.#row(entry),key=row2.sequence===null?null:`${row2.session} ${row2.way}\
 ${row2.sequence}`,known2=key!==null&&this.#counted.get(key);if(known2)return known2.again.push(row2.at),{row:known2,isNew:!1,gone:[]};key!==null&&this.#counted.
set(key,row2),this.rows.push(row2),isPassing(row2)&&this.#passing++;let gone=this.rows.length>this.#limit?this.#drop():[];for(let it of gone)this.#counted.delete(
`${it.session} ${it.way} ${it.sequence}`);return{row:row2,isNew:!0,gone}}#drop(){let much=this.#passing>.2*this.#limit,gone=this.rows.splice(much?this.rows.findIndex(
isPassing):0,1);return this.#passing-=gone.filter(isPassing).length,gone}clear(){this.rows=[],this.#passing=0,this.#counted.clear()}#row({number,socket,what,at,
size:size2,content,text}){let line2=this.#line(socket),row2={number,socket,at,size:size2,content,text,session:line2.session,sequence:null,again:[]};if(what!=="s\
ent"&&what!=="received"){what==="opening"&&(line2.claimed=claimedBy(content.url));let wrong2=what==="closed"&&content.code!==1e3;return{...row2,kind:"socket",type:what,
way:null,through:!1,other:null,wrong:wrong2}}let type=typeof content?.type=="string"?content.type:"unreadable";what==="received"&&type==="registered"&&this.#begin(
line2,content);let sequence=UNCOUNTED.includes(type)?null:countOn(line2,what),kind=KINDS2[type]??(type.startsWith("call-")?"call":"session"),failed2=type==="cal\
l-ended"&&FAILED.some(it=>it===content.reason||it===content.detail),wrong=WRONG.includes(type)||type==="unreadable"||failed2,through=this.#goesThrough(what,type,
content);return{...row2,kind,type,way:what,through,other:this.#other(content),session:line2.session,sequence,wrong}}#line(socket){let known2=this.#lines.get(socket);
if(known2)return known2;let line2={session:this.#sessions,sent:null,received:null,registered:!1,claimed:null};return this.#lines.set(socket,line2),this.#lines.size>
8&&this.#lines.delete(this.#lines.keys().next().value??0),line2}#begin(line2,{resumed,received}){resumed||this.#sessions++,line2.registered=!0,line2.session=this.#sessions,
line2.sent=resumed?received:0,line2.received=resumed?line2.claimed:0}#goesThrough(way,type,content){return way==="sent"?HANDED_ON.includes(type)||ENDING.includes(
type):type==="call-ended"?!!content.by&&content.by!==this.#me():HANDED_ON.includes(type)}#other(content){if(content===null||typeof content!="object")return null;
let{callId,room:room2,to,from,userId,type}=content,named=to??from??room2??(type==="registered"?null:userId);return callId&&typeof named=="string"&&this.#know(callId,
named),named??this.#calls.get(callId)??null}#know(callId,user){this.#calls.set(callId,user),this.#calls.size>100&&this.#calls.delete(this.#calls.keys().next().value??
"")}};function countOn(line2,way){let before=line2[way];return!line2.registered||before===null?null:line2[way]=before+1}function claimedBy(url){let claimed=/[?&]received=(\d+)/.
exec(url)?.[1];return claimed===void 0?null:Number(claimed)}function gist({type,content,text}){if(text!==null)return text.slice(0,80);let{data,sdp}={data:content?.
data,sdp:content?.data?.sdp};return typeof sdp=="string"?[...new Set([...sdp.matchAll(/^m=(\w+)/gm)].map(([,it])=>it))].join(", "):type==="candidate"?candidateGist(
data):type==="registered"?content.resumed?"resumed":"":type==="error"?String(content.code):content?.reason?content.detail?`${content.reason} · ${shortened(content.
detail)}`:String(content.reason):type==="message"?shortened(data?.text??data):type==="presence"?presenceGist(content):content?.room?String(content.room):""}function candidateGist(data){
let[,protocol,type]=/^candidate:\S+ \d+ (\S+) .* typ (\S+)/.exec(data?.candidate)??[];return type?`${type} ${protocol}`:""}function presenceGist({online=[],offline=[],
total}){let changes=[...online.map(it=>`+${it}`),...offline.map(it=>`−${it}`)];return shortened(changes.length||total===void 0?changes.join(" "):String(total))}
function shortened(data){let text=(typeof data=="string"?data:JSON.stringify(data))??"";return text.length>60?`${text.slice(0,59)}…`:text}function mentions({type,
other:other2,content,text},words2){return`${type} ${other2??""} ${text??JSON.stringify(content)}`.toLowerCase().includes(words2)}function exported(rows,{userId,
now,connections:connections2=[]}){let entries=rows.map(row2=>({number:row2.number,at:row2.at.toISOString(),socket:row2.socket,way:row2.way,type:row2.type,kind:row2.
kind,through:row2.through,other:row2.other,size:row2.size,session:row2.session,sequence:row2.sequence,again:row2.again.map(it=>it.toISOString()),content:row2.text??
row2.content}));return{format:"switchboard-signaling",version:1,exportedAt:now.toISOString(),userId,entries,connections:connections2}}function makeRung(row2,words2){let{number,kind,type,way,sequence}=row2,body2=make2("div",{className:"rung-body",id:`ladder-content-${number}`,"data-testid":"lad\
der-content"}),traits={className:"rung-head",type:"button",tabindex:"-1","aria-expanded":"false","aria-controls":body2.id},rung=make2("li",{className:"rung","da\
ta-testid":"ladder-row"},make2("button",traits),body2);return Object.assign(rung.dataset,{number:String(number),kind,type,way:way??"none",sequence:String(sequence??
"")}),rung.classList.toggle("is-through",row2.through),rung.classList.toggle("is-wrong",row2.wrong),body2.hidden=!0,writeRung(rung,row2,words2),rung}function writeRung(rung,row2,words2){
let head=rung.firstElementChild,{at,way,again:again2}=row2,time=make2("time",{className:"rung-time",datetime:at.toISOString(),text:timeOfDay2(at)}),weight=make2(
"span",{className:"rung-size",text:way?size(row2.size):""});head.replaceChildren(time,way?lanes(row2,words2):socketLine(row2,words2),weight),rung.classList.toggle(
"is-again",again2.length>0);let body2=rung.lastElementChild;body2.hidden||body2.replaceChildren(...contentOf(row2,words2))}function openRung(rung,row2,words2,open){
let[head,body2]=[...rung.children];body2.hidden=!(open??body2.hidden),head.setAttribute("aria-expanded",String(!body2.hidden)),body2.replaceChildren(...body2.hidden?
[]:contentOf(row2,words2))}function lanes(row2,words2){let{type,way,through,other:other2,again:again2}=row2,whose=other2??words2("ladder.somebody"),route=words2(
`ladder.${way}.${through?"through":"direct"}`,{other:whose}),label2=make2("span",{className:"rung-label"}),shown=type==="unreadable"?words2("ladder.unreadable"):
type;label2.append(make2("b",{className:"rung-type",text:shown}),make2("span",{className:"unseen",text:` ${route} `}));let about=gist(row2),beside=[through||!other2?
"":other2,about].filter((it,nth,all2)=>it&&all2.indexOf(it)===nth).join(" · ");if(beside&&label2.append(make2("span",{className:"rung-about",text:` ${spelled(beside)}`})),
again2.length){let when=again2.map(timeOfDay2).join(", ");label2.append(make2("span",{className:"rung-again",text:` ${words2("ladder.again",{when})}`,"data-test\
id":"ladder-again"}))}let all=make2("span",{className:"rung-lanes"},make2("span",{className:"rung-arrow","aria-hidden":"true"}),label2);return through&&other2&&
all.append(make2("span",{className:"rung-other",text:other2,"aria-hidden":"true"})),all}function socketLine({type,socket,content},words2){let{code="",reason=""}=content??
{},text=words2(`ladder.socket.${type}`,{socket,code,reason}),label2=make2("span",{className:"rung-label",text:reason?`${text} · ${reason}`:text});return make2(
"span",{className:"rung-lanes"},label2)}function contentOf({content,text},words2){if(text!==null)return[make2("pre",{className:"rung-json",text:spelled(text)})];
let long=[],lifted=JSON.stringify(content,(_,value)=>typeof value=="string"&&value.startsWith(`v=0\r
`)?words2("ladder.below",{nth:long.push(value)}):value,2),below=long.flatMap(sdp=>[make2("p",{className:"rung-caption",text:words2("ladder.sdp")}),make2("pre",{
className:"rung-json",text:spelled(sdp.trimEnd().replaceAll(`\r
`,`
`))})]);return[make2("pre",{className:"rung-json",text:spelled(lifted)}),...below]}var DRAW_WITHIN=50,AT_END=40,QUIET=["presence","heartbeat"],STEPS={ArrowDown:1,ArrowUp:-1,PageDown:10,PageUp:-10,Home:-1/0,End:1/0};function mountLadder(element,options){
let panel=new LadderPanel(element,options);return{refresh:()=>panel.refresh(),close:()=>panel.close()}}var LadderPanel=class{#model;#rungs=new Map;#rows=new WeakMap;#due=new Set;#timer;#paused=!1;#shown=new Set(
FILTERS.filter(it=>!QUIET.includes(it)));#search="";#follows=!0;#left;#unlisten;constructor(element,{tape:tape2,words:words2,userId,connections:connections2=()=>[]}){
this.tape=tape2,this.words=words2,this.userId=userId,this.connections=connections2,this.signs=new Signs(words2),this.#model=new Ladder({userId}),this.list=make2(
"ol",{className:"ladder-rungs","data-testid":"ladder-rows"}),this.#build(element);for(let entry of tape2.entries)this.#take(entry);this.#draw(),this.#left=whenLeft(
element),this.#unlisten=tape2.listen(entry=>entry?this.#take(entry):this.#clear())}refresh(){this.signs.refresh(),this.#headMe();for(let[row2,rung]of this.#rungs)
writeRung(rung,row2,this.words);this.#writeCount()}close(){this.#unlisten(),clearTimeout(this.#timer)}#build(element){let{signs}=this;this.count=make2("p",{className:"\
ladder-count","data-testid":"ladder-count"}),this.empty=signs.put(make2("p",{className:"ladder-empty","data-testid":"ladder-empty"}),"ladder.empty"),signs.put(this.
list,"ladder.rows","aria-label"),this.list.addEventListener("click",({target})=>this.#pressed(target)),this.list.addEventListener("keydown",event=>this.#key(event)),
this.list.addEventListener("focusin",({target})=>this.#stopAt(target.closest(".rung"))),this.diagram=make2("div",{className:"ladder-diagram"},this.#lifelines(),
this.list,this.empty),element.classList.add("ladder"),this.diagram.addEventListener("scroll",()=>this.#follows=this.#isAtEnd()),new ResizeObserver(()=>this.#follow()).
observe(this.diagram),element.replaceChildren(this.#tools(this.count),this.#kinds(),this.diagram)}#tools(count2){let{signs}=this,search2=make2("input",{type:"se\
arch",className:"ladder-search","data-testid":"ladder-filter",autocomplete:"off"});signs.put(search2,"ladder.search","aria-label"),signs.put(search2,"ladder.sea\
rch","placeholder"),search2.addEventListener("input",()=>{this.#search=search2.value.trim().toLowerCase(),this.#filter()});let pause=this.#button("pause",()=>{this.#paused=
!this.#paused,pause.setAttribute("aria-pressed",String(this.#paused)),this.#draw()});pause.setAttribute("aria-pressed","false");let clear=this.#button("clear",()=>this.
tape.clear()),save=this.#button("export",()=>this.#export());return make2("div",{className:"ladder-tools"},search2,pause,clear,save,count2)}#button(name,press){
let button5=make2("button",{type:"button",className:"panel-button","data-testid":`ladder-${name}`});return button5.addEventListener("click",press),this.signs.put(
button5,`ladder.${name}`)}#kinds(){let group=make2("div",{className:"ladder-kinds",role:"group"});this.signs.put(group,"ladder.kinds","aria-label");for(let kind of FILTERS){
let pressed=String(this.#shown.has(kind)),button5=make2("button",{type:"button",className:"ladder-chip","data-kind":kind,"aria-pressed":pressed,"data-testid":`l\
adder-kind-${kind}`});button5.addEventListener("click",()=>{this.#shown.delete(kind)||this.#shown.add(kind),button5.setAttribute("aria-pressed",String(this.#shown.
has(kind))),this.#filter()}),group.append(this.signs.put(button5,`ladder.kind.${kind}`))}return group}#lifelines(){let{signs}=this;this.me=make2("b",{className:"\
lifeline-name"});let names=[make2("span",{className:"lifeline"},signs.put(make2("span"),"ladder.me"),this.me),make2("span",{className:"lifeline"},signs.put(make2(
"span"),"ladder.server")),make2("span",{className:"lifeline"},signs.put(make2("span"),"ladder.others"))];return make2("div",{className:"lifelines","aria-hidden":"\
true"},make2("span",{className:"lifelines-names"},...names))}#headMe(){this.me&&(this.me.textContent=this.userId())}#take(entry){if(this.#left?.())return this.close();
let{row:row2,gone}=this.#model.take(entry);this.#due.add(row2);for(let it of gone)this.#drop(it);this.#timer??=setTimeout(()=>this.#draw(),DRAW_WITHIN)}#drop(row2){
this.#due.delete(row2),this.#rungs.get(row2)?.remove(),this.#rungs.delete(row2)}#draw(){clearTimeout(this.#timer),this.#timer=void 0,this.#paused||this.#drawDue(),
this.#headMe(),this.#writeCount()}#drawDue(){let fresh=document.createDocumentFragment();for(let row2 of this.#due){let known2=this.#rungs.get(row2);known2?writeRung(
known2,row2,this.words):fresh.append(this.#add(row2))}this.#due.clear(),this.list.append(fresh),this.#keepOneStop(),this.#follow()}#isAtEnd(){let{scrollHeight=0,
scrollTop=0,clientHeight=0}=this.diagram??{};return scrollHeight-scrollTop-clientHeight<AT_END}#follow(){this.#follows&&this.diagram&&(this.diagram.scrollTop=this.
diagram.scrollHeight)}#add(row2){let rung=makeRung(row2,this.words);return rung.hidden=!this.#isShown(row2),this.#rungs.set(row2,rung),this.#rows.set(rung,row2),
rung}#clear(){this.#model.clear(),this.#due.clear(),this.#rungs.clear(),this.list.replaceChildren(),this.#writeCount()}#isShown(row2){return(row2.kind==="socket"||
this.#shown.has(row2.kind))&&(!this.#search||mentions(row2,this.#search))}#filter(){for(let[row2,rung]of this.#rungs)rung.hidden=!this.#isShown(row2);this.#keepOneStop(),
this.#writeCount(),requestAnimationFrame(()=>this.#follow())}#writeCount(){let all=this.#rungs.size,shown=this.#visible().length,waiting=[...this.#due].filter(it=>!this.#rungs.
has(it)).length,parts=[this.words(shown===all?"ladder.count":"ladder.count.some",{shown,all})];this.#paused&&parts.push(this.words("ladder.waiting",{waiting})),
this.count&&(this.count.textContent=parts.join(" · ")),this.empty&&(this.empty.hidden=shown>0),this.empty&&!shown&&(this.empty.textContent=this.words(all?"ladd\
er.none":"ladder.empty"))}#visible(){return[...this.list.children].filter(it=>!it.hidden)}#pressed(target){let rung=target.closest(".rung-head")?.parentElement,
row2=rung&&this.#rows.get(rung);row2&&this.#turn(rung,row2)}#turn(rung,row2,open){this.#follows=!1,openRung(rung,row2,this.words,open)}#key(event){let{key,target}=event,
rung=target.closest(".rung"),row2=rung&&this.#rows.get(rung);if(row2){if(key==="ArrowRight"||key==="ArrowLeft")this.#turn(rung,row2,key==="ArrowRight");else if(key in
STEPS){let all=this.#visible(),next=Math.min(all.length-1,Math.max(0,all.indexOf(rung)+STEPS[key]));headOf(all[next]).focus()}else return;event.preventDefault()}}#stopAt(rung){
if(rung){for(let it of this.list.querySelectorAll('.rung-head[tabindex="0"]'))it.setAttribute("tabindex","-1");headOf(rung).setAttribute("tabindex","0")}}#keepOneStop(){
this.list.querySelector('.rung:not([hidden]) > .rung-head[tabindex="0"]')||this.#stopAt(this.#visible().at(-1)??null)}#export(){let now=new Date,text=JSON.stringify(
exported(this.#model.rows,{userId:this.userId(),now,connections:this.connections()}),null,2),url=URL.createObjectURL(new Blob([text],{type:"application/json"})),
stamp=now.toISOString().slice(0,19).replaceAll(":","-");make2("a",{href:url,download:`signaling-${stamp}.json`}).click(),setTimeout(()=>URL.revokeObjectURL(url),
1e4)}};function headOf(rung){return rung.firstElementChild}var passed=(code,values={},detail="")=>({outcome:"passed",code,values,detail}),failed=(code,values={},detail="")=>({outcome:"failed",code,values,detail}),notOffered=code=>({
outcome:"not-offered",code,values:{},detail:""}),notTried=code=>({outcome:"not-tried",code,values:{},detail:""}),hasAdvice=({outcome,code})=>outcome!=="passed"&&
code!=="stun.by-turn";async function within(platform,ms,promise){let timer,late=new Promise(fulfill=>timer=platform.setTimeout(()=>fulfill(null),ms));promise.catch(
()=>{});try{return await Promise.race([promise,late])}finally{platform.clearTimeout(timer)}}var PATIENCE=6e4,FIRST_PICTURE=4e3,CAUSES={NotAllowedError:"denied",SecurityError:"denied",NotFoundError:"missing",DevicesNotFoundError:"missing",OverconstrainedError:"\
missing",NotReadableError:"busy",TrackStartError:"busy",AbortError:"busy"};async function checkDevice(device,platform){let{mediaDevices}=platform.navigator;if(!mediaDevices?.
getUserMedia)return failed(platform.isSecureContext?"device.unsupported":"device.insecure");let asked=mediaDevices.getUserMedia(device==="camera"?{video:!0}:{audio:!0});
try{let stream=await within(platform,PATIENCE,asked);return stream?await verdictOn(device,stream,platform):unanswered(device,asked)}catch(error){return refused(
device,error)}}function unanswered(device,asked){return asked.then(stop,()=>{}),failed(`${device}.unanswered`)}function refused(device,error){let detail=`${error.
name}: ${error.message}`,cause2=CAUSES[error.name]??"broken",bySystem=cause2==="denied"&&/system/i.test(error.message),dismissed=cause2==="denied"&&/dismissed/i.
test(error.message);return failed(`${device}.${bySystem?"denied-by-system":dismissed?"unanswered":cause2}`,{},detail)}async function verdictOn(device,stream,platform){
try{let[track]=stream.getTracks(),name=track.label||"–";if(!await gives(track,platform))return failed(`${device}.silent`,{name});let{width,height}=track.getSettings();
return passed(`${device}.passed`,{name,size:width?`${width} × ${height}`:""})}finally{stop(stream)}}async function gives(track,platform){if(!track.muted)return!0;
let unmuted=new Promise(fulfill=>track.addEventListener("unmute",()=>fulfill(!0),{once:!0}));return await within(platform,FIRST_PICTURE,unmuted)===!0}function stop(stream){
for(let track of stream.getTracks())track.stop()}var STUN_PATIENCE=5e3,TURN_PATIENCE=8e3,UNREACHABLE=701,TELLING=["ice.malformed","turn.expired","turn.refused","turn.forbidden","turn.quota","turn.full","turn.o\
ther","ice.name"],ANSWERS={401:"turn.refused",403:"turn.forbidden",438:"turn.refused",486:"turn.quota",508:"turn.full"};function sorted(servers){let all=servers.
flatMap(server=>[server.urls].flat().map(url=>({url,server}))),isTcp=({url})=>url.startsWith("turns:")||/[?&]transport=tcp/i.test(url),turn2=all.filter(({url})=>/^turns?:/.
test(url));return{stun:all.filter(({url})=>/^stuns?:/.test(url)),"turn-udp":turn2.filter(it=>!isTcp(it)),"turn-tcp":turn2.filter(isTcp)}}async function checkStun(servers,platform){
if(!platform.RTCPeerConnection)return failed("rtc.unsupported");if(!servers)return notTried("ice.unasked");let{stun,...turn2}=sorted(servers),hasTurn=turn2["tur\
n-udp"].length+turn2["turn-tcp"].length>0;return stun.length?together(await Promise.all(stun.map(asked=>askStun(asked,platform))),stun):notOffered(hasTurn?"stun\
.by-turn":"stun.none")}async function checkTurn(transport,servers,platform){if(!platform.RTCPeerConnection)return failed("rtc.unsupported");if(!servers)return notTried(
"ice.unasked");let turn2=sorted(servers)[`turn-${transport}`];return turn2.length?together(await Promise.all(turn2.map(asked=>askTurn(transport,asked,platform))),
turn2):notOffered(`turn-${transport}.none`)}function together(verdicts,asked){let good=verdicts.filter(it=>it.outcome==="passed"),dead=asked.filter((_,nth)=>verdicts[nth].
outcome==="failed").map(({url})=>url);if(good.length&&dead.length)return passed("ice.some",{...good[0].values,dead:dead.join(", ")});if(good.length)return good[0];
let rank2=({code})=>TELLING.includes(code)?TELLING.indexOf(code):TELLING.length;return[...verdicts].sort((one,other2)=>rank2(one)-rank2(other2))[0]}async function askStun({
url},platform){let isAnswer=candidate=>candidate.includes(" typ srflx "),found=await gather({iceServers:[{urls:url}]},isAnswer,STUN_PATIENCE,platform);if(typeof found==
"string")return failed("ice.malformed",{url},found);let seen=found.candidates.find(isAnswer);if(seen)return passed("stun.passed",{url,address:seen.split(" ")[4]});
let detail=detailOf(found);if(isUnknownName(found))return failed("ice.name",{url},detail);if(found.complete&&!found.candidates.length)return failed("ice.no-netw\
ork",{url},detail);let tells="onicecandidateerror"in platform.RTCPeerConnection.prototype;return found.complete&&!found.errors.length&&tells?passed("stun.direct",
{url}):failed("stun.silent",{url},detail)}async function askTurn(transport,{url,server},platform){let{username,credential}=server,isAnswer=candidate=>candidate.
includes(" typ relay "),found=await gather({iceServers:[{urls:url,username,credential}],iceTransportPolicy:"relay"},isAnswer,TURN_PATIENCE,platform);if(typeof found==
"string")return failed("ice.malformed",{url},found);if(found.candidates.some(isAnswer))return passed("turn.passed",{url});let detail=detailOf(found),answer=found.
errors.find(({code})=>code!==UNREACHABLE);return answer?.code===401&&hasExpired(username,platform)?failed("turn.expired",{url},detail):answer?failed(ANSWERS[answer.
code]??"turn.other",{url,code:answer.code},detail):failed(isUnknownName(found)?"ice.name":`turn-${transport}.silent`,{url},detail)}async function gather(configuration,isEnough,ms,platform){
let found={candidates:[],errors:[],complete:!1},connection;try{connection=new platform.RTCPeerConnection(configuration)}catch(error){return String(error)}let done=new Promise(
fulfill=>{connection.onicecandidate=({candidate})=>{candidate?.candidate&&found.candidates.push(candidate.candidate),candidate?.candidate&&isEnough(candidate.candidate)&&
fulfill(!0)},connection.onicecandidateerror=({errorCode:errorCode2,errorText})=>{found.errors.push({code:errorCode2,text:errorText})},connection.onicegatheringstatechange=
()=>{found.complete=connection.iceGatheringState==="complete",found.complete&&fulfill(!0)}});try{connection.createDataChannel("self-test"),await connection.setLocalDescription(),
await within(platform,ms,done)}finally{connection.close()}return found}function isUnknownName({errors:errors3}){return errors3.length>0&&errors3.every(({text})=>/lookup/i.
test(text))}function hasExpired(username,platform){return Number(/^(\d{9,11})(:|$)/.exec(username??"")?.[1]??1/0)*1e3<platform.Date.now()}function detailOf({errors:errors3}){
return[...new Set(errors3.map(({code,text})=>`${code} ${text}`.trim()))].join("; ")}var PATIENCE2=1e4,BLINK=100,FRAMES=3;async function checkLoopback(platform,make3=generated){if(!platform.RTCPeerConnection)return failed("rtc.unsupported");let media=make3(
platform),[caller,callee]=[new platform.RTCPeerConnection,new platform.RTCPeerConnection];try{for(let track of media.stream.getTracks())caller.addTrack(track,media.
stream);let state={frames:0,packets:0},call2=async()=>(await connect(caller,callee),await flowing(callee,media.sounds,state,platform),!0),began=platform.performance.
now(),through=await within(platform,PATIENCE2,call2()),ms=Math.round(platform.performance.now()-began);return through?passed("loopback.passed",{ms}):failed(callee.
connectionState==="connected"?"loopback.frozen":"loopback.unconnected",{},detailOf2(callee,state))}catch(error){return failed("loopback.unconnected",{},String(error))}finally{
caller.close(),callee.close(),media.stop()}}async function connect(caller,callee){let release2=_=>{},described=new Promise(fulfill=>release2=fulfill);handOver(caller,
callee,described),handOver(callee,caller,described),await caller.setLocalDescription(),await callee.setRemoteDescription(caller.localDescription),await callee.setLocalDescription(),
await caller.setRemoteDescription(callee.localDescription),release2(!0)}function handOver(from,to,described){from.onicecandidate=async({candidate})=>{await described,
candidate&&to.signalingState!=="closed"&&await to.addIceCandidate(candidate).catch(()=>{})}}async function flowing(callee,sounds,state,platform){for(;callee.signalingState!==
"closed";){for(let it of(await callee.getStats()).values())it.type==="inbound-rtp"&&(it.kind==="video"?state.frames=it.framesDecoded??0:state.packets=it.packetsReceived??
0);if(state.frames>=FRAMES&&(state.packets>0||!sounds))return;await new Promise(fulfill=>platform.setTimeout(fulfill,BLINK))}}function detailOf2({connectionState,
iceConnectionState},{frames,packets}){return`connection ${connectionState}, ICE ${iceConnectionState}, ${frames} frames, ${packets} packets of sound`}function generated(platform){
let canvas=platform.document.createElement("canvas");Object.assign(canvas,{width:160,height:120});let brush=canvas.getContext("2d"),hue=0,paint=()=>{brush.fillStyle=
`hsl(${hue+=11} 60% 50%)`,brush.fillRect(0,0,canvas.width,canvas.height)};paint();let timer=platform.setInterval(paint,50),stream=canvas.captureStream(20),sound=tone(
platform);for(let track of sound?.stream.getTracks()??[])stream.addTrack(track);let stop2=()=>{platform.clearInterval(timer);for(let track of stream.getTracks())
track.stop();sound?.context.close()};return{stream,sounds:sound?.context.state==="running",stop:stop2}}function tone(platform){if(!platform.AudioContext)return null;
let context=new platform.AudioContext,destination=context.createMediaStreamDestination(),oscillator=context.createOscillator();return oscillator.connect(destination),
oscillator.start(),{context,stream:destination.stream}}var PATIENCE3=6e3,GOODBYE=2e3,IMPOSSIBLE_NAME="/",ALIVE="ok",GATEWAY=[502,503,504],REASONS=["origin","host","path","full","draining"];async function checkWebSocket({
url,token},platform){if(!platform.WebSocket)return failed("websocket.unsupported");let address=socketAddress(url??new URL(".",platform.location.href)),place3=`${address.
protocol}//${address.host}`,heard;try{heard=await knock(address,platform)}catch(error){let mixed=platform.location.protocol==="https:"&&address.protocol==="ws:";
return failed(mixed?"websocket.mixed":"websocket.malformed",{place:place3},String(error))}if(heard.opened)return verdictOn2(heard,place3,await expiry(token),platform);
let{code,...values}=await whatElse(address,platform);return failed(code,{place:place3,...values},heard.closed?`close ${heard.closed.code} ${heard.closed.reason}`.
trim():"")}function socketAddress(url){let address=new URL(url);return address.protocol=address.protocol.replace("http","ws"),address.pathname=address.pathname.
replace(/(\/ws)?\/?$/,"/ws"),address.search="",address.searchParams.set("userId",IMPOSSIBLE_NAME),address}async function knock(address,platform){let heard={opened:!1,
words:[],closed:null},socket=new platform.WebSocket(address.href,["switchboard.v1"]),spoken2=new Promise(fulfill=>{socket.onmessage=({data})=>fulfill(heard.words.
push(String(data)))}),closed=new Promise(fulfill=>{socket.onclose=({code,reason})=>fulfill(heard.closed={code,reason})});return socket.onopen=()=>heard.opened=!0,
await within(platform,PATIENCE3,Promise.race([spoken2,closed])),heard.words.length&&await within(platform,GOODBYE,closed),socket.onmessage=socket.onclose=socket.
onopen=null,socket.close(),heard}function verdictOn2({words:words2,closed},place3,expires,platform){let detail=closed?`close ${closed.code}`:"";if(!words2.length)
return failed("websocket.mute",{place:place3},detail);let said2=parsed(words2[0]);return said2?.type!=="error"?failed("websocket.stranger",{place:place3},words2[0].
slice(0,120)):said2.code==="unavailable"?failed("websocket.full",{place:place3},said2.message):expires<=platform.Date.now()?failed("websocket.expired",{place:place3}):
passed("websocket.passed",{place:place3})}async function whatElse(address,platform){let told=await refusal(address,platform);if(told)return{code:`websocket.${told}`};
if(address.host!==platform.location.host)return{code:"websocket.unreachable"};try{let answer=await within(platform,PATIENCE3,platform.fetch(sibling(address,"hea\
lthz"),{cache:"no-store"}));if(!answer)return{code:"websocket.down"};if(GATEWAY.includes(answer.status))return{code:"websocket.gateway",status:answer.status};let text=await within(
platform,PATIENCE3,answer.text());return{code:answer.ok&&text?.trim()===ALIVE?"websocket.blocked":"websocket.stranger"}}catch{return{code:"websocket.down"}}}async function refusal(address,platform){
let question=sibling(address,"ws/check");question.searchParams.set("origin",platform.origin??platform.location.origin);try{let answer=await within(platform,PATIENCE3,
platform.fetch(question,{cache:"no-store"})),{accepts,reason}=parsed(await within(platform,PATIENCE3,answer.text())??"")??{};return accepts===!0?"blocked":REASONS.
includes(reason)?reason:null}catch{return null}}function sibling(address,path){let other2=new URL(path,address);return other2.protocol=address.protocol.replace(
"ws","http"),other2}async function expiry(token){try{let text=String(typeof token=="function"?await token():token),{exp}=JSON.parse(atob(text.split(".")[1].replaceAll(
"-","+").replaceAll("_","/")));return exp?exp*1e3:1/0}catch{return 1/0}}function parsed(text){try{return JSON.parse(text)}catch{return null}}var CHECKS=["camera","microphone","websocket","stun","turn-udp","turn-tcp","loopback"],RUNS={camera:async(_,platform)=>checkDevice("camera",platform),microphone:async(_,platform)=>checkDevice(
"microphone",platform),websocket:async(settings,platform)=>checkWebSocket(settings,platform),stun:async({iceServers},platform)=>checkStun(iceServers(),platform),
"turn-udp":async({iceServers},platform)=>checkTurn("udp",iceServers(),platform),"turn-tcp":async({iceServers},platform)=>checkTurn("tcp",iceServers(),platform),
loopback:async(_,platform)=>checkLoopback(platform)};async function runChecks(settings,tell,platform=globalThis){let verdicts={},run=async name=>{let began=platform.
performance.now(),took=()=>Math.round(platform.performance.now()-began);tell(name,{state:"running",verdict:null,took:0});let verdict=await RUNS[name](settings,platform).
catch(error=>failed("check.broken",{},String(error)));verdicts[name]=verdict,tell(name,{state:verdict.outcome,verdict,took:took()})},devices2=async()=>{await run(
"camera"),await run("microphone")};return await Promise.all([devices2(),run("websocket"),network(run)]),verdicts}async function network(run){await Promise.all([
run("stun"),run("turn-udp"),run("turn-tcp")]),await run("loopback")}function sum(verdicts){let failures=CHECKS.filter(name=>verdicts[name].outcome==="failed");return{
outcome:failures.length?"failed":"passed",failures,code:meaning(verdicts,failures)}}function meaning(verdicts,failures){let has=name=>failures.includes(name),isOffered=name=>verdicts[name].
outcome!=="not-offered";return has("websocket")?"no-server":has("loopback")?"no-calls":has("turn-udp")&&verdicts["turn-udp"].code==="turn-udp.silent"&&(has("stu\
n")||!isOffered("stun"))&&verdicts["turn-tcp"].outcome==="passed"?"udp-blocked":has("turn-udp")||has("turn-tcp")?"no-relay":has("stun")?"no-stun":verdicts.stun.
outcome==="not-tried"?"not-tried":failures.length?"no-device":!isOffered("turn-udp")&&!isOffered("turn-tcp")?isOffered("stun")?"no-turn-offered":"local-only":"a\
ll-well"}var MARKS={waiting:"",running:"",passed:"✓",failed:"✕","not-offered":"–","not-tried":"–"};function mountSelfTest(element,options){let panel=new SelfTestPanel(
element,options);return{refresh:()=>panel.refresh()}}var SelfTestPanel=class{#checks=new Map;#verdicts=null;#running=!1;constructor(element,{words:words2,platform=globalThis,
...settings}){this.words=words2,this.platform=platform,this.settings=settings,this.signs=new Signs(words2),this.start=make2("button",{type:"button",className:"p\
anel-button is-primary","data-testid":"self-test-start"}),this.start.addEventListener("click",()=>this.#run()),this.sum=make2("p",{className:"self-test-sum",role:"\
status","data-testid":"self-test-sum"});let intro=this.signs.put(make2("p",{className:"self-test-intro"}),"selftest.intro"),list4=make2("ol",{className:"self-te\
st-checks"});for(let name of CHECKS){let item=make2("li",{className:"self-test-check","data-testid":`self-test-${name}`});this.#checks.set(name,{item,progress:null}),
list4.append(item)}element.classList.add("self-test"),element.replaceChildren(intro,make2("div",{className:"self-test-begin"},this.start),this.sum,list4),this.refresh()}refresh(){
this.signs.refresh();for(let name of CHECKS)this.#show(name);this.#showStart(),this.#showSum()}async#run(){if(!this.#running){this.#running=!0,this.#verdicts=null;
for(let check2 of this.#checks.values())check2.progress=null;this.refresh(),this.#verdicts=await runChecks(this.settings,(name,progress)=>this.#tell(name,progress),
this.platform),this.#running=!1,this.#showStart(),this.#showSum()}}#tell(name,progress){let check2=this.#checks.get(name);check2&&(check2.progress=progress,this.#show(
name))}#showStart(){this.start.textContent=this.words(this.#running?"selftest.running":this.#verdicts?"selftest.again":"selftest.start"),this.start.setAttribute(
"aria-disabled",String(this.#running))}#showSum(){if(this.sum.hidden=!this.#running&&!this.#verdicts,this.sum.className="self-test-sum",delete this.sum.dataset.
code,this.#running&&(this.sum.textContent=this.words("selftest.wait")),!this.#verdicts)return;let{outcome,failures,code}=sum(this.#verdicts),counts={names:failures.
map(it=>this.words(`selftest.name.${it}`)).join(this.words("selftest.and")),failed:failures.length,all:CHECKS.length};this.sum.classList.add(`is-${outcome}`),this.
sum.dataset.code=code;let verdict=this.words(`selftest.sum.${outcome}`,counts);this.sum.replaceChildren(make2("strong",{text:verdict}),` ${this.words(`selftest.\
sum.${code}`)}`)}#show(name){let{item,progress}=this.#checks.get(name),state=progress?.state??"waiting",verdict=progress?.verdict;item.dataset.state=state,item.
dataset.code=verdict?.code??"";let mark=make2("span",{className:"self-test-mark","aria-hidden":"true",text:MARKS[state]}),title2=make2("span",{className:"self-t\
est-name",text:this.words(`selftest.name.${name}`)}),stands=make2("span",{className:"self-test-state",text:this.words(`selftest.state.${state}`)});verdict&&progress&&
stands.append(` · ${this.words("selftest.took",{seconds:(progress.took/1e3).toFixed(1)})}`);let head=make2("p",{className:"self-test-head"},title2," ",stands),
about=verdict?this.#sentences(verdict):[make2("p",{className:"self-test-about",text:this.words(`selftest.about.${name}`)})];item.replaceChildren(mark,make2("div",
{className:"self-test-words"},head,...about))}#sentences(verdict){let{code,values,detail}=verdict,sentence2=make2("p",{className:"self-test-verdict",text:this.words(
`selftest.${code}`,values)});if(!hasAdvice(verdict))return[sentence2];let advice=make2("p",{className:"self-test-advice"},make2("b",{text:this.words("selftest.d\
o")})," ",...withCode(this.words(`selftest.${code}.do`,values)));return[sentence2,advice,...detail?[make2("p",{className:"self-test-detail",text:detail})]:[]]}};
function withCode(text){return text.split("`").map((part2,nth)=>nth%2?make2("code",{text:part2}):part2)}var KEPT5="switchboard.inspector",dock=part("dock",HTMLElement),body=part("dock-body",HTMLElement),toggle2=part("dock-toggle",HTMLButtonElement),dialog2=part("s\
elf-test-dialog",HTMLDialogElement),Dock=class{#source;#token;#ladder;#connection;#selfTest=null;constructor(source){this.#source=source,toggle2.addEventListener(
"click",()=>this.#open(dock.dataset.open!=="true"));for(let id of["self-test-open","self-test-first"])part(id,HTMLButtonElement).addEventListener("click",()=>this.#test());
this.#show(recall("localStorage",KEPT5)==="true");let{userId,connections:connections2}=source,facts=()=>connections2.all.map(it=>it.exported());this.#ladder=mountLadder(
part("ladder",HTMLElement),{tape,words,userId,connections:facts}),this.#connection=mountConnection(part("connection",HTMLElement),{words,connections:connections2,
nameOf});for(let box2 of body.querySelectorAll(".ladder-diagram"))keepAtEndWhenResized(box2);onLanguage(()=>{for(let panel of[this.#ladder,this.#connection,this.#selfTest])
panel?.refresh()})}#open(open){keep("localStorage",KEPT5,String(open)),this.#show(open),this.#connection.refresh()}#show(open){dock.dataset.open=String(open),document.
body.dataset.dock=open?"open":"closed",toggle2.setAttribute("aria-expanded",String(open)),body.hidden=!open}#test(){let{iceServers}=this.#source,token=this.#source.
token();(!this.#selfTest||token!==this.#token)&&(this.#selfTest=mountSelfTest(part("self-test",HTMLElement),{words,iceServers,token}),this.#token=token),dialog2.
showModal()}};var Errors=class{#failed=null;#call;constructor(call2){this.#call=call2,call2.addEventListener("change",()=>this.#isOnStage()&&unsay(this.#failed))}attach(me){me.
on("error",error=>this.#say(error))}#say(error){let failed2=error.code==="failed";if(failed2&&this.#isOnStage())return;let said2=say("bad",()=>errorWords(error,
nameOf),{code:errorCode(error)});failed2&&(this.#failed=said2)}#isOnStage(){let{state}=this.#call;return state.phase==="ended"&&failureOf(state.end)!==""}};var REMEMBERED="switchboard.identity",LONGEST_USER_ID=128,LONGEST_DISPLAY_NAME=64,LONGEST_ROOM=64,USER={none:"name.choose",spaces:"name.spaces",alphabet:"name.a\
lphabet",long:"name.long"},ROOM={none:"name.choose-room",spaces:"room-name.spaces",alphabet:"room-name.alphabet",long:"room-name.long"};function userIdProblem(text){
return problemOf2(text,LONGEST_USER_ID,USER)}function roomProblem(text){return problemOf2(text,LONGEST_ROOM,ROOM)}function problemOf2(text,longest,keys){if(text===
"")return words(keys.none);let wrong=[...text].find(character=>!/^[!-~]$/.test(character)||'"\\/?#%,'.includes(character));return wrong!==void 0?words(/\s/.test(
wrong)?keys.spaces:keys.alphabet,{wrong}):text.length>longest?words(keys.long,{longest,length:text.length}):null}function displayNameProblem(text){if(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.
test(text))return words("display-name.control");let{length}=[...text];return length>LONGEST_DISPLAY_NAME?words("display-name.long",{longest:LONGEST_DISPLAY_NAME,
length}):null}function tokenProblem(text){return text===""?words("token.missing"):/^[\w.-]+$/.test(text)?null:words("token.alphabet")}function expectedIdentity(){
let query=new URLSearchParams(location.search),token=query.get("token")?.trim();if(token)return identityOf(token);let userId=query.get("user");return userId?{userId:userId.
trim(),displayName:(query.get("name")??"").trim()}:remembered()}function remember(identity){keep("sessionStorage",REMEMBERED,JSON.stringify(identity));let address=new URL(
location.href),named=address.searchParams.get("user");named!==null&&named.trim()!==identity.userId&&(address.searchParams.delete("user"),address.searchParams.delete(
"name")),address.searchParams.delete("token"),address.href!==location.href&&history.replaceState(null,"",address)}function forget(){keep("sessionStorage",REMEMBERED,
null)}function remembered(){try{let{userId,displayName:displayName2,token}=JSON.parse(recall("sessionStorage",REMEMBERED)??"{}");return typeof userId=="string"?
{userId,displayName:String(displayName2??""),token}:null}catch{return null}}function identityOf(token){return{...spokenOf(token),token}}function spokenOf(token){
try{let base64=token.split(".")[1].replaceAll("-","+").replaceAll("_","/"),bytes=Uint8Array.from(atob(base64),character=>character.charCodeAt(0)),{sub,name}=JSON.
parse(new TextDecoder().decode(bytes)),displayName2=typeof name=="string"&&displayNameProblem(name)===null?name:"";return{userId:String(sub??""),displayName:displayName2}}catch{
return{userId:"",displayName:""}}}var Missed=class extends EventTarget{#calls=new Map;get callers(){return[...this.#calls.keys()].reverse()}get count(){return[...this.#calls.values()].reduce((sum2,it)=>sum2+
it,0)}add(userId){let count2=(this.#calls.get(userId)??0)+1;this.#calls.delete(userId),this.#calls.set(userId,count2),this.#calls.size>100&&this.#calls.delete([
...this.#calls.keys()][0]),this.dispatchEvent(new Event("change"))}seen(userId){this.#calls.delete(userId)&&this.dispatchEvent(new Event("change"))}clear(){this.#calls.
clear()}};var PAGE=1e3,PHONE="M6.5 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A16 16 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2z",list2=part("user-list",HTMLUListElement),
summary=part("user-summary",HTMLElement),empty2=part("user-empty",HTMLElement),more=part("user-more",HTMLButtonElement),search=part("search-input",HTMLInputElement),
People=class extends EventTarget{#me=null;#told=!1;#further=new Set;#fetched;#entries=new Map;#filled=new WeakMap;#active="";#unread=new Map;#blocked=new Set;#callable=!1;#picked="";#due=!1;constructor(){
super(),list2.addEventListener("click",event=>this.#clicked(event)),list2.addEventListener("focusin",({target})=>this.#activate(keyAt(target))),list2.addEventListener(
"keydown",event=>this.#step(event)),search.addEventListener("input",()=>this.render()),search.addEventListener("keydown",event=>event.key==="Enter"&&this.#pickOnly()),
more.addEventListener("click",()=>this.#fetchMore())}attach(me){this.#me=me,this.#told=!1,this.#further.clear(),this.#fetched=void 0,usersAre(userId=>me.people.
has(userId)),me.on("fresh",()=>{this.#told=!1,this.#further.clear(),this.#fetched=void 0,this.render()}),me.on("presence",({offline,names})=>{this.#told=!0;for(let[
userId,name]of Object.entries(names))learn(userId,name);for(let userId of offline)this.#further.delete(userId);this.render()}),this.render()}setCallable(callable){
callable!==this.#callable&&(this.#callable=callable,this.render())}setBlocked(blocked){this.#blocked=blocked,this.render()}setPicked(key){this.#picked=key,this.
render()}setUnread(unread){this.#unread=unread,this.render()}render(){if(this.#due)return;this.#due=!0;let run=()=>{this.#due=!1,this.#renderNow()};document.hidden?
setTimeout(run):requestAnimationFrame(run)}get#here(){return this.#me?.state==="online"}#renderNow(){let rows=this.#rows(),shown=new Set(rows.map(({key})=>key));
for(let[key,entry]of this.#entries)shown.has(key)||(entry.remove(),this.#entries.delete(key));shown.has(this.#active)||(this.#active=rows[0]?.key??"");let before=list2.
firstElementChild;for(let row2 of rows){let entry=this.#entries.get(row2.key)??this.#make(row2.key);entry===before||entry===before?.nextElementSibling?before=entry.
nextElementSibling:list2.insertBefore(entry,before),this.#fill(entry,row2)}this.#renderWords(rows.length)}#rows(){let online=new Set(this.#told?[...this.#me?.people.
keys()??[],...this.#further]:[]),keys=new Set([...online,...this.#unread.keys()]),wanted=search.value.trim(),found=[...keys].filter(key=>wanted===""||matches(key,
wanted)).sort(byKey);return wanted!==""&&userIdProblem(wanted)===null&&wanted!==this.#me?.userId&&!keys.has(wanted)&&found.push(wanted),found.map(key=>({key,online:online.
has(key),unread:this.#unread.get(key)??0,known:keys.has(key)}))}#renderWords(shown){let total=this.#me?.total??0,people2=this.#me?.people.size??0,counted=this.#told&&
total>0&&people2===0;this.#here?this.#told?total===0?summary.textContent="":total===1&&!counted?summary.textContent=words("people.total-one"):summary.textContent=
words(counted?"people.counted":"people.total",{count:total}):summary.textContent=words("people.untold"):summary.textContent=words("people.offline"),list2.hidden=
shown===0,empty2.hidden=shown>0||!this.#here,empty2.textContent=words(search.value.trim()===""?"people.nobody":"people.not-found"),more.hidden=!this.#told||counted||
people2===0||total<=people2+this.#further.size}async#fetchMore(){let me=this.#me;more.disabled=!0;try{for(;me&&!await this.#fetchPage(me););}catch(error){let failure2=error;
me===this.#me&&say("bad",()=>errorWords(failure2,nameOf),{code:errorCode(failure2)})}finally{more.disabled=!1,this.render()}}async#fetchPage(me){let{clients,names,
next}=await me.list({after:this.#fetched,limit:PAGE});if(me!==this.#me)return!0;this.#fetched=next;let fresh=clients.filter(it=>it!==me.userId&&!me.people.has(it)&&
!this.#further.has(it));for(let userId of fresh)this.#further.add(userId),learn(userId,nameIn(names,userId));return fresh.length>0||next===void 0}#make(key){let entry=make(
"li",{"data-testid":`user-${key}`,"data-key":key}),person=make("button",{type:"button",className:"person","data-testid":`write-${key}`});person.append(make("spa\
n",{className:"sign"}),make("span",{className:"name"}),make("span",{className:"id"})),person.append(make("span",{className:"unread","data-testid":`unread-${key}`,
"aria-hidden":"true"})),person.append(make("span",{className:"unseen"}));let call2=make("button",{type:"button",className:"call","data-testid":`call-${key}`},phone());
return entry.append(person,call2),this.#entries.set(key,entry),entry}#fill(entry,{key,online,unread}){let isBlocked=this.#blocked.has(key),state=[...[displayName(
key),language(),this.#told,this.#here,online,unread,this.#callable,isBlocked],key===this.#picked,key===this.#active].join(`
`);if(this.#filled.get(entry)===state)return;this.#filled.set(entry,state);let[person,call2]=[...entry.children],[sign2,name,id,badge,unseen]=[...person.children],
shown=displayName(key),special=isRoom(key)||key===SERVER;name.textContent!==shown&&(name.textContent=shown,sign2.replaceChildren(avatar(shown,key)));let absent=online||
special||!this.#here?"":words(this.#told?"people.absent":"people.unlisted"),kept=isBlocked?words("people.blocked"):"";id.textContent=[kept,shown===key||special?
"":key,absent].filter(Boolean).join(" · "),badge.textContent=unread>0?String(unread):"",entry.dataset.online=String(this.#here&&(online||special)),person.setAttribute(
"aria-pressed",String(key===this.#picked)),unseen.textContent=unread>0?words("people.unread",{count:unread}):"",person.title=words("people.write",{who:nameOf(key)}),
call2.hidden=special,call2.disabled=!this.#callable,call2.title=words("people.call",{who:nameOf(key)}),call2.setAttribute("aria-label",call2.title),person.tabIndex=
call2.tabIndex=key===this.#active?0:-1}#activate(key){if(!(key===void 0||key===this.#active)){for(let button5 of this.#entries.get(this.#active)?.querySelectorAll(
"button")??[])button5.tabIndex=-1;for(let button5 of this.#entries.get(key)?.querySelectorAll("button")??[])button5.tabIndex=0;this.#active=key}}#step(event){let{
target,key}=event,here=target instanceof Element?target.closest("li"):null,steps={ArrowDown:here?.nextElementSibling,ArrowUp:here?.previousElementSibling,Home:list2.
firstElementChild,End:list2.lastElementChild};if(!here||!Object.hasOwn(steps,key)||event.altKey||event.ctrlKey||event.metaKey)return;event.preventDefault();let next=steps[key],
kind=target.matches(".call")?".call:not([hidden], :disabled)":".person",place3=next?.querySelector(kind)??next?.querySelector(".person");place3 instanceof HTMLElement&&
place3.focus()}#clicked({target}){let key=keyAt(target);!(target instanceof Element)||key===void 0||(target.closest("button.call")?this.#emit("call",key):target.
closest("button.person")&&this.#emit("pick",key))}#pickOnly(){let rows=this.#rows(),known2=rows.filter(row2=>row2.known),only=known2.length>0?known2.length===1?
known2[0]:void 0:rows[0],chosen=known2.find(({key})=>key===search.value.trim())??only;chosen&&this.#emit("pick",chosen.key)}#emit(name,key){search.value="",this.
dispatchEvent(new CustomEvent(name,{detail:key})),this.render()}};function keyAt(place3){return place3 instanceof Element?place3.closest("li")?.dataset.key:void 0}
function matches(key,wanted){let sought=wanted.toLocaleLowerCase();return[key,displayName(key)].some(it=>it.toLocaleLowerCase().includes(sought))}function phone(){
let drawing=document.createElementNS("http://www.w3.org/2000/svg","svg"),line2=document.createElementNS("http://www.w3.org/2000/svg","path");return drawing.setAttribute(
"viewBox","0 0 24 24"),drawing.setAttribute("aria-hidden","true"),line2.setAttribute("d",PHONE),drawing.append(line2),drawing}function nameIn(names,userId){return Object.
hasOwn(names,userId)?names[userId]:void 0}var collator=new Intl.Collator(void 0,{numeric:!0});function byKey(left,right){let rooms=Number(isRoom(right))-Number(
isRoom(left)),names=collator.compare(displayName(left),displayName(right));return rooms||names||(left<right?-1:+(left>right))}var KEPT6="switchboard.call",FRESH=6e4;function keepCall(call2){keep("sessionStorage",KEPT6,call2&&JSON.stringify(call2))}function leftCall(now=Date.now()){let kept=recall(
"sessionStorage",KEPT6);keepCall(null);try{let{callId,userId,name,me,at}=JSON.parse(kept??"null")??{};return[callId,userId,name,me].every(it=>typeof it=="string")&&
now-at<FRESH?{callId,userId,name,me,at}:null}catch{return null}}var TALKS=["connecting","connected","reconnecting"],Returning=class{#left=leftCall();#said=null;#call;#session;#acts;constructor(call2,session2,acts){this.#call=
call2,this.#session=session2,this.#acts=acts}leave(me){let{call:own,ringing:ringing2}=this.#call;if(own?.callId&&TALKS.includes(own.state)){let{callId,userId}=own;
keepCall({callId,userId,name:displayName(userId),me,at:Date.now()}),this.#session.goAway("ends")}else!own&&ringing2.length>0?this.#session.goAway("waits"):this.#session.
leave()}rung(ringing2){let left=this.#left;left?.callId!==ringing2.continues||left?.userId!==ringing2.userId||(this.#left=null,Date.now()-left.at<FRESH&&queueMicrotask(
()=>this.#acts.accept(ringing2)))}forget(){this.#left=null,unsay(this.#said)}tell(me){if(this.#left?.me!==me)return;let{userId,name}=this.#left;learn(userId,name);
let remedy={label:()=>words("controls.call-again"),run:()=>this.#acts.startCall(userId)};this.#said=say("calm",()=>words("status.left-call",{who:nameOf(userId)}),
{remedy})}};var KEPT7="switchboard.wish",GENERATED2="generated",boxes=["generated-media","generated-here"].map(id=>part(id,HTMLInputElement));for(let box2 of boxes)box2.addEventListener(
"change",()=>choose2(box2.checked));new URLSearchParams(location.search).has(GENERATED2)?choose2(!0):show(recall("sessionStorage",KEPT7)===GENERATED2);if(!mayUseDevices()||
!globalThis.RTCPeerConnection)for(let box2 of boxes)box2.checked=box2.disabled=!0;function wish(){return boxes[0].checked?GENERATED2:"devices"}function choose2(generated2){
keep("sessionStorage",KEPT7,generated2?GENERATED2:null),show(generated2);let address=new URL(location.href);address.searchParams.delete(GENERATED2),address.href!==
location.href&&history.replaceState(null,"",address)}function show(generated2){for(let box2 of boxes)box2.checked=generated2}var dialog3=part("incoming",HTMLDialogElement),title=part("incoming-title",HTMLElement),note=part("incoming-note",HTMLElement),list3=part("incoming-calls",HTMLUListElement),
aside=part("incoming-aside",HTMLButtonElement),Ringing=class{#cards=new Map;#filled=new WeakMap;#aside=!1;#acts;constructor(acts){this.#acts=acts,dialog3.addEventListener(
"cancel",event=>{event.cancelable&&(event.preventDefault(),this.#rejectFocused())}),dialog3.addEventListener("close",()=>!dialog3.open&&this.#rejectFocused()),aside.
addEventListener("click",()=>{this.#aside=!0,this.#show("aside")})}render(desk2){let calls=desk2.call.ringing,focused=this.#cardWithFocus();for(let[call2,card]of this.#cards)
calls.includes(call2)||(this.#cards.delete(call2),card.remove());if(calls.length===0)return this.#aside=!1,this.#show("closed");let many=calls.length>1,{userId,
continues}=calls[0],one=words(continues===void 0?"incoming.title":"incoming.again",{who:desk2.nameOf(userId)});setText(title,many?words("incoming.many",{count:calls.
length}):one);let leaves=desk2.room.phase==="out"?"":words("incoming.leaves",{room:desk2.room.name});setText(note,[leaves,wish()==="generated"?words("incoming.g\
enerated"):""].filter(Boolean).join(" ")),dialog3.dataset.many=String(many);for(let call2 of calls)this.#fill(this.#cards.get(call2)??this.#make(call2),call2,many,
desk2);this.#show(this.#aside||desk2.call.call?"aside":"modal"),focused&&!focused.isConnected&&title.focus()}#show(how){if(aside.hidden=how!=="modal",dialog3.dataset.
how===how&&dialog3.open===(how!=="closed"))return;dialog3.dataset.how=how;let focused=document.activeElement;dialog3.open&&dialog3.close(),how==="aside"&&(dialog3.
open=!0),how==="modal"&&(dialog3.showModal(),focused?.matches("input, textarea, select")?title.focus():list3.querySelector("button.primary")?.focus())}#make(call2){
let{userId}=call2,card=make("li",{className:"ringing","data-testid":`ringing-${userId}`}),act=(name,className)=>{let button5=make("button",{type:"button",className,
"data-testid":name});return button5.addEventListener("click",()=>this.#acts[name](call2)),button5};return card.append(make("div",{className:"portrait"}),make("b\
di",{className:"who"})),card.append(make("div",{className:"answers"},act("reject","danger"),act("accept","primary"))),card.append(act("block","small quiet")),this.#cards.
set(call2,card),list3.append(card),card}#fill(card,{userId,continues},many,{call:call2,nameOf:nameOf2}){let who2=nameOf2(userId),replaces=call2.call!==null,state=[
who2,language(),many,replaces].join(`
`);if(this.#filled.get(card)===state)return;this.#filled.set(card,state);let[portrait2,name,answers,block2]=[...card.children];portrait2.replaceChildren(avatar(
displayName(userId),userId)),name.textContent=continues===void 0?who2:words("incoming.again",{who:who2}),name.hidden=!many;let texts=[words("controls.reject"),words(
replaces?"incoming.replace":"controls.accept"),words("people.block")];[...answers.children,block2].forEach((button5,nth)=>{button5.textContent=texts[nth],button5.
setAttribute("aria-label",words("incoming.act",{act:texts[nth],who:who2}))})}#cardWithFocus(){return[...this.#cards.values()].find(card=>card.contains(document.
activeElement))}#rejectFocused(){let focused=this.#cardWithFocus(),calls=[...this.#cards.keys()],call2=calls.find(it=>this.#cards.get(it)===focused)??calls[0];call2&&
this.#acts.reject(call2)}};function setText(place3,text){place3.textContent!==text&&(place3.textContent=text)}var LEAVES=["closed","lost"],RoomControl=class extends EventTarget{phase="out";name="";room=null;sending=null;guests=new Map;#me=null;#ownName="";#turn=0;#before=Promise.
resolve();#wish;constructor(wish2){super(),this.#wish=wish2}attach(me,ownName2){this.drop(),this.#before=Promise.resolve(),this.#me=me,this.#ownName=ownName2}async join(name){
let me=this.#me;if(!me||this.phase!=="out")return;let turn2=++this.#turn,sending=this.#openSending();Object.assign(this,{phase:"joining",name,sending}),this.#changed();
try{if(await this.#before,turn2!==this.#turn)return;let entering=me.join(name,{stream:()=>sending.open(this.#wish())});this.#before=entering.then(room3=>turn2===
this.#turn?void 0:room3.leave()).catch(()=>{});let room2=await entering;turn2===this.#turn&&this.#enter(room2,turn2)}catch(error){turn2===this.#turn&&this.#out(
error)}}leave(){if(this.phase==="out")return;let{room:room2}=this;this.#out(null),room2&&(this.#before=room2.leave().catch(()=>{}))}retry(userId){this.room?.retry(
userId)}drop(){this.phase!=="out"&&this.#out({code:"closed"})}#openSending(){let sending=new Sending(this.#ownName,()=>this.room);return sending.addEventListener(
"change",()=>this.#changed()),sending}#enter(room2,turn2){this.room=room2,this.phase="in",this.sending?.tell(),room2.on("left",reason=>turn2===this.#turn&&this.#out(
{code:reason})),room2.on("message",message=>this.dispatchEvent(new CustomEvent("message",{detail:message}))),room2.on("member-joined",()=>this.#learn(room2)),room2.
on("member-left",userId=>{this.guests.get(userId)?.peer.state==="ended"&&this.guests.delete(userId),this.#changed()}),room2.on("peer",peer=>turn2===this.#turn&&
this.#welcome(peer)),this.#learn(room2)}#learn(room2){for(let[userId,name]of room2.members)learn(userId,name);this.#changed()}#welcome(peer){let guest={peer,theirs:switchesOf(
peer),screen:null};this.guests.set(peer.userId,guest),peer.on("mute",()=>{guest.theirs=switchesOf(peer),this.#changed()}),peer.on("stream",stream=>this.#showScreen(
guest,stream)),peer.on("state",state=>{state==="ended"&&(guest.screen=null),state==="ended"&&this.guests.get(peer.userId)===guest&&this.#isGone(peer)&&this.guests.
delete(peer.userId),this.#changed()}),this.#changed()}#isGone({userId,reason}){return!this.room?.members.has(userId)||LEAVES.includes(String(reason))}#showScreen(guest,stream){
guest.screen=stream,stream.addEventListener("removetrack",()=>{guest.screen===stream&&stream.getTracks().length===0&&(guest.screen=null),this.#changed()}),this.#changed()}#out(error){
this.#turn++;let{name}=this;this.sending?.stop(),this.guests.clear(),Object.assign(this,{phase:"out",name:"",sending:null,room:null}),this.dispatchEvent(new CustomEvent(
"left",{detail:{name,error}})),this.#changed()}#changed(){this.dispatchEvent(new CustomEvent("change"))}};var form3=part("room-form",HTMLFormElement),field2=part("room-input",HTMLInputElement),row=part("room-asked",HTMLElement),button4=part("room-join",HTMLButtonElement),
problem2=part("room-problem",HTMLElement),hint=part("room-hint",HTMLElement),copy=part("room-copy",HTMLButtonElement),invitation=part("sign-in-room",HTMLElement),
RoomForm=class{constructor({join}){form3.addEventListener("submit",event=>{event.preventDefault(),!button4.disabled&&this.#check(field2.value.trim())&&join(field2.
value.trim())}),field2.addEventListener("input",()=>this.#complain("")),copy.addEventListener("click",copyLink),onLanguage(()=>{renderInvitation(),problem2.textContent&&
this.#complain(roomProblem(field2.value.trim())??"")}),renderInvitation()}asked(){let name=roomOfAddress();return name===null?null:(field2.value=name,this.#check(
name)?name:null)}show(name){let address=new URL(location.href);name===null?address.searchParams.delete("room"):address.searchParams.set("room",name),address.href!==
location.href&&history.replaceState(null,"",address),name===null&&(field2.value=""),renderInvitation()}render({phase,joinable}){button4.disabled=!joinable,row.hidden=
phase!=="out",copy.hidden=phase==="out",hint.classList.toggle("unseen",phase==="out"),phase==="out"&&delete hint.dataset.link,hint.textContent=hint.dataset.link??
words(phase==="out"?"room.hint":"room.hint-in",{room:roomOfAddress()??""}),copy.textContent=words(copy.dataset.copied==="true"?"room.copied":"room.copy")}#check(name){
let wrong=roomProblem(name);return this.#complain(wrong??""),wrong&&field2.focus(),wrong===null}#complain(sentence2){problem2.textContent=sentence2,field2.setAttribute(
"aria-invalid",String(sentence2!==""))}};function roomOfAddress(){return new URLSearchParams(location.search).get("room")}function link(){let address=new URL(location.
pathname,location.href);return address.searchParams.set("room",roomOfAddress()??""),address.href}async function copyLink(){try{await navigator.clipboard.writeText(
link()),copy.dataset.copied="true",copy.textContent=words("room.copied"),setTimeout(()=>{copy.dataset.copied="false",copy.textContent=words("room.copy")},2e3)}catch{
hint.dataset.link=hint.textContent=link(),getSelection()?.selectAllChildren(hint)}}function renderInvitation(){let name=roomOfAddress(),wrong=name===null?null:roomProblem(
name);invitation.hidden=name===null,invitation.textContent=name===null?"":wrong??words("sign-in.room",{room:name}),invitation.dataset.wrong=String(wrong!==null)}import{connect as connect2}from"../switchboard.js";var relay=new URLSearchParams(location.search).has("relay"),LEFT=4e3,PATIENCE4=6e5,BROKEN={code:1006,reason:"",opened:!0},Session=class{me=null;#closing=null;#socket=null;#turn=0;#changed;constructor(changed){
this.#changed=changed}get online(){return this.me?.state==="online"}async open({userId,displayName:displayName2,token}){this.#drop();let turn2=this.#turn;this.#closing=
null,this.#changed({phase:"connecting"});try{let me=await connect2({userId:userId||void 0,name:displayName2||void 0,token,rtc:relay?{iceTransportPolicy:"relay"}:
void 0,timeout:PATIENCE4,platform:{WebSocket:this.#watched(turn2),RTCPeerConnection:recordingConnection()}});turn2===this.#turn?this.#follow(me,turn2):me.close()}catch(error){
if(turn2!==this.#turn)return;this.#turn++,this.#changed({phase:"over",error,closing:this.#closing})}}leave(){this.#drop(),this.#changed({phase:"away"})}goAway(what){
this.#turn++,this.#socket?.close(what==="ends"?1e3:LEFT)}retryNow(){document.dispatchEvent(new Event("visibilitychange"))}#drop(){this.#turn++;let{me}=this;this.
me=null,me?.close()}#follow(me,turn2){this.me=me,me.on("state",()=>turn2===this.#turn&&this.#tell(me)),me.on("close",error=>{turn2===this.#turn&&(this.me=null,this.#turn++,
this.#changed({phase:"over",error,closing:this.#closing}))}),this.#tell(me)}#tell(me){me.state==="online"?(this.#closing=null,this.#changed({phase:"online",me})):
me.state==="waiting"?this.#changed({phase:"waiting",closing:this.#closing??BROKEN}):me.state==="connecting"&&this.#changed({phase:"connecting"})}#watched(turn2){
let opening=socket=>{turn2===this.#turn&&(this.#socket=socket,this.me||this.#changed({phase:"connecting"}))},closed=closing=>{turn2===this.#turn&&(this.#closing=
closing,!this.me&&closing.code<4500&&this.#changed({phase:"waiting",closing}))};return class extends tape.WebSocket{constructor(...address){super(...address);let opened=!1;
opening(this),this.addEventListener("open",()=>opened=!0),this.addEventListener("close",({code,reason})=>closed({code,reason,opened}))}}}};var KEPT8="switchboard.by-token",form4=part("sign-in-form",HTMLFormElement),nameField=part("name-input",HTMLInputElement),displayNameField=part("display-name-in\
put",HTMLInputElement),tokenField=part("token-input",HTMLInputElement),nameProblem=part("name-problem",HTMLElement),displayProblem=part("display-name-problem",HTMLElement),
tokenWrong=part("token-problem",HTMLElement),byName=part("sign-in-by-name",HTMLElement),byToken=part("sign-in-by-token",HTMLElement),lead=part("sign-in-lead",HTMLElement),
other=part("sign-in-other",HTMLButtonElement),fields=[{field:nameField,place:nameProblem},{field:displayNameField,place:displayProblem},{field:tokenField,place:tokenWrong}];
for(let{field:field3,place:place3}of fields)field3.addEventListener("input",()=>complain(field3,place3,""));other.addEventListener("click",()=>{askForToken(byToken.
hidden),focusFirst()});onLanguage(()=>{renderMode(),fields.some(({place:place3})=>place3.textContent)&&check(written())});var hasWebRtc=!!globalThis.RTCPeerConnection;
part("webrtc-note",HTMLElement).hidden=hasWebRtc;part("insecure-note",HTMLElement).hidden=mayUseDevices()||!hasWebRtc;show2(recall("localStorage",KEPT8)==="true");
function askWho(answer){form4.addEventListener("submit",event=>{event.preventDefault();let identity=written();check(identity)&&answer(identity)})}function prefilled(){
let identity=expectedIdentity();if(identity===null)return null;let{userId,displayName:displayName2,token}=identity;return nameField.value=userId,displayNameField.
value=displayName2,show2(token!==void 0),check(identity)?identity:null}function askForToken(token){keep("localStorage",KEPT8,token?"true":null),show2(token)}function focusFirst(){
(byToken.hidden?nameField:tokenField).focus()}function show2(token){byToken.hidden=!token,byName.hidden=token;for(let{field:field3,place:place3}of fields)complain(
field3,place3,"");renderMode()}function renderMode(){let token=!byToken.hidden;lead.textContent=words(token?"sign-in.token-lead":"sign-in.lead"),other.textContent=
words(token?"sign-in.by-name":"sign-in.by-token")}function written(){return byToken.hidden?{userId:nameField.value.trim(),displayName:displayNameField.value.trim()}:
identityOf(tokenField.value.trim())}function check({userId,displayName:displayName2,token}){let byItsToken=token!==void 0;complain(tokenField,tokenWrong,token===
void 0?"":tokenProblem(token)??""),complain(nameField,nameProblem,byItsToken?"":userIdProblem(userId)??""),complain(displayNameField,displayProblem,byItsToken?"":
displayNameProblem(displayName2)??"");let wrong=fields.find(({place:place3})=>place3.textContent);return wrong?.field.focus(),wrong===void 0}function complain(field3,place3,problem3){
place3.textContent=problem3,field3.setAttribute("aria-invalid",String(problem3!==""))}function sceneOf(desk2){return desk2.room.phase==="out"?callScene(desk2):roomScene(desk2)}function callScene(desk2){let{call:call2,nameOf:nameOf2,me}=desk2,{state,
sending,screen}=call2,peer="peer"in state?state.peer:"",pictures=[];if(state.phase==="connected"&&call2.call){let{theirs}=call2;pictures.push(screenOf(peer,screen,
nameOf2),{key:"remote",role:"person",userId:peer,name:nameOf2(peer),stream:call2.call.remoteStream,dark:!theirs.video,note:offNote(theirs)&&noted(nameOf2(peer),
offNote(theirs)),label:words("stage.their-picture",{who:nameOf2(peer)})})}return pictures.push(...ownPicture(sending,me,nameOf2,"")),{state:state.phase,sentence:sentenceOf(
desk2),layout:"duo",pictures:pictures.filter(({stream})=>stream),portrait:state.phase==="connected"?"":peer,since:state.phase==="connected"?state.since:null}}function roomScene({
room:room2,connections:connections2,nameOf:nameOf2,me}){let{name,sending}=room2,guests=[...room2.guests.values()],others=room2.room?.members.size??0,pictures=[...guests.
map(({peer,screen})=>screenOf(peer.userId,screen,nameOf2)),...ownPicture(sending,me,nameOf2,words("tile.you")),...guests.map(guest=>guestPicture(guest,room2,connections2,
nameOf2))].filter(({role,stream})=>role==="person"||stream),joined=others>0?words("room.people",{room:name,count:others+1}):words("room.alone",{room:name}),missing=guests.
filter(({peer})=>peer.state==="ended").length;return{state:room2.phase==="joining"?"joining":"room",sentence:room2.phase==="joining"?words("room.joining",{room:name}):
joined+(missing>0?` ${words("room.missing",{count:missing})}`:""),layout:"grid",pictures,portrait:"",since:null}}function guestPicture({peer,theirs},room2,connections2,nameOf2){
let who2=nameOf2(peer.userId),failed2=peer.state==="ended",broken2={connecting:"tile.connecting",reconnecting:"tile.reconnecting",ended:"tile.failed"}[String(peer.
state)],note2=broken2?words(broken2):offNote(theirs);return{key:`person-${peer.userId}`,role:"person",userId:peer.userId,name:who2,stream:peer.remoteStream,dark:!theirs.
video||peer.state==="connecting"||failed2,note:noted(who2,note2),trouble:troubleOf(peer,connections2,who2),remedy:failed2?{label:words("tile.retry"),name:words(
"tile.retry-named",{who:who2}),run:()=>room2.retry(peer.userId)}:void 0,label:words("stage.their-picture",{who:who2})}}function troubleOf(peer,connections2,who2){
let record=connections2.of(peer),missing=record&&(record.ended||record.isSlow())?record.missing:null;return missing?causeWords(missing,who2):""}function screenOf(userId,stream,nameOf2){
let label2=words("tile.screen",{who:nameOf2(userId)});return{key:`screen-${userId}`,role:"screen",userId,name:nameOf2(userId),stream,dark:!1,note:label2,label:label2}}
function ownPicture(sending,me,nameOf2,who2){if(!sending?.stream)return[];let generated2=sending.isGenerated("video"),notes=[who2,offNote(sending.on),sending.screen?
words("tile.sharing"):""].filter(Boolean);return generated2&&notes.length===+(who2!=="")&&notes.push(words("tile.generated")),[{key:"local",role:"mine",userId:me,
name:nameOf2(me),stream:sending.stream,dark:!sending.on.video,mirrored:!generated2,note:notes.join(" · ")||words("tile.you"),label:words("stage.your-picture")}]}
function noted(who2,note2){return note2?words("tile.named",{who:who2,note:note2}):who2}function offNote({audio:audio2,video}){return[video?"":words("tile.camera\
-off"),audio2?"":words("tile.muted")].filter(Boolean).join(" · ")}function sentenceOf({call:call2,connections:connections2,nameOf:nameOf2,online,broken:broken2}){
let{state,sending}=call2;if(state.phase==="idle")return words(broken2?"call.idle-offline":"call.idle");if(state.phase==="ended")return endSentence(state.end,connections2,
nameOf2);let who2=nameOf2(state.peer);switch(state.phase){case"calling":return online?state.away?words("call.ringing-away",{who:who2}):sending?.stream?words(state.
rings?"call.ringing":"call.calling",{who:who2}):words("call.opening"):words("call.ringing-offline",{who:who2});case"incoming":return words(state.again?"call.aga\
in":"call.incoming",{who:who2});case"connecting":{let trouble=call2.call?troubleOf(call2.call,connections2,who2):"";return[words(sending?.stream?"call.connectin\
g":"call.opening",{who:who2}),trouble].filter(Boolean).join(" ")}case"connected":return state.shaky?words("call.shaky",{who:who2}):online?words(state.away?"call\
.away":"call.talking",{who:who2}):words("call.offline",{who:who2})}}function endSentence(end,connections2,nameOf2){let cause2=failureOf(end)==="failed"?connections2.
of(end.call)?.missing??null:null;return[endWords(end,nameOf2),cause2&&causeWords(cause2,nameOf2(end.peer))].filter(Boolean).join(" ")}var stage2=part("stage",HTMLElement),pill=part("call-state",HTMLElement),sentence=part("call-words",HTMLElement),duration=part("call-duration",HTMLElement),resting=part(
"resting",HTMLElement),portrait=part("portrait",HTMLElement),cancel2=part("cancel",HTMLButtonElement),Stage=class{#shown="idle";#since=null;#rung="";constructor(){
setInterval(()=>this.#renderDuration(),1e3)}render(desk2){let scene=sceneOf(desk2);document.body.dataset.stage=stage2.dataset.state=pill.dataset.state=scene.state,
pill.textContent=words(`state.${scene.state}`),sentence.textContent!==scene.sentence&&(sentence.textContent=scene.sentence),resting.hidden=scene.state!=="idle",
arrange(scene.layout,scene.pictures),this.#renderPortrait(scene,desk2),this.#since=scene.since,this.#renderDuration(),this.#renderRing(desk2),scene.state!==this.#shown&&
this.#keepFocus(scene),this.#shown=scene.state}#keepFocus({state}){let focused=document.activeElement;focused instanceof HTMLElement&&focused!==document.body&&focused.
checkVisibility()&&!focused.matches(":disabled")||(state==="calling"?cancel2.focus():sentence.focus({preventScroll:!0}))}#renderPortrait({portrait:userId},{nameOf:nameOf2}){
portrait.hidden=userId==="",portrait.dataset.user!==userId&&(portrait.dataset.user=userId,portrait.replaceChildren(avatar(nameOf2(userId),userId)))}#renderDuration(){
if(duration.hidden=this.#since===null,this.#since===null)return;let total=Math.floor((Date.now()-this.#since.getTime())/1e3);duration.textContent=`${Math.floor(
total/60)}:${String(total%60).padStart(2,"0")}`}#renderRing({call:{call:call2,ringing:ringing2,state}}){let calling=state.phase==="calling"&&state.rings,here=ringing2.
length===0?"silent":call2===null?"incoming":"waiting",kind=calling?"calling":here,rung=[kind,kind==="calling"?"":ringing2.at(-1)?.callId].join(" ");this.#rung!==
rung&&(this.#rung=rung,ring(kind))}};var release=null,turn=0;async function claim(userId,{locks=globalThis.navigator?.locks,patience=waited}={}){releaseClaim();let mine=++turn;if(!locks||userId==="")
return!0;let name=`switchboard.user.${userId}`,{signal,abort}=aborting();return new Promise(answer=>{let hold=()=>new Promise(done=>{mine===turn?release=done:done(),
abort(),answer(!0)});locks.request(name,{signal},hold).catch(()=>answer(!signal.aborted)),whenTaken(name,locks,patience,signal).then(()=>{abort(),answer(!1)},()=>answer(
!0))})}function releaseClaim(){turn++,release?.(),release=null}async function whenTaken(name,locks,patience,signal){for(;;){if(await patience(),signal.aborted)return new Promise(
()=>{});let{held=[],pending=[]}=await locks.query();if([held,pending].every(all=>all.some(it=>it.name===name)))return}}function aborting(){let controller=new AbortController;
return{signal:controller.signal,abort:()=>controller.abort()}}function waited(){return new Promise(done=>setTimeout(done,2e3))}var SHORT=1e4,who={userId:"",displayName:""},attached=null,taped=null,broken=!1,notice=null,session=new Session(follow),call=new CallControl(wish),room=new RoomControl(
wish),people=new People,chat=new Chat(room),chatCount=new ChatCount(chat,key=>chat.show(key)),blocking=new Blocking,connections=new Connections,missed=new Missed,
errors2=new Errors(call),stage3=new Stage,ringing=new Ringing({accept,reject:it=>call.reject(it),block}),controls=new Controls({hangUp:()=>call.hangUp(),leave:()=>room.
leave(),callAgain}),returning=new Returning(call,session,{accept,startCall}),roomForm=new RoomForm({join:enterRoom}),dock2=new Dock({userId:()=>session.me?.userId??
who.userId,connections,iceServers:()=>session.me?.iceServers??null,token:()=>who.token});on(people,"call",startCall);on(people,"pick",key=>{chat.show(key),people.
setPicked(key),chat.focus()});on(chat,"unread",()=>{for(let caller of missed.callers)chat.unread.get(caller)||missed.seen(caller);people.setUnread(chat.unread),
people.setPicked(chat.partner),blocking.render(chat.partner),renderUnread()});on(call,"change",render2);on(call,"missed",sayMissed);on(blocking,"change",()=>{people.
setBlocked(blocking.blocked),render2()});on(call,"started",userId=>{chat.offer(userId),missed.seen(userId),returning.forget()});connections.addEventListener("tr\
ouble",()=>stage3.render(desk()));on(room,"change",render2);on(room,"left",sayLeft);for(let source of[call,room])on(source,"change",sayNotice);part("sign-out",HTMLButtonElement).
addEventListener("click",signOut);part("language",HTMLButtonElement).addEventListener("click",changeLanguage);onLanguage(()=>{renderWho(),render2(),people.render()});
addEventListener("pagehide",goAway);addEventListener("pageshow",event=>event.persisted&&location.reload());Object.assign(window,{demo:{get me(){return session.me},
get peerConnection(){return call.call?.connection??null}}});translate();renderWho();stand("calm",()=>words("status.begin"));askWho(identity=>{signIn(identity),part(
"people-heading",HTMLElement).focus()});var expected=prefilled();expected&&signIn(expected);render2();function signIn(identity){who=identity,attached=null,remember(
identity),showScreen("desk"),stand("calm",()=>words("status.connecting")),enter(identity)}async function enter(identity){let mine=await claim(identity.userId);if(who!==
identity)return;if(mine)return openSession();forget(),showScreen("sign-in"),stand("warning",()=>words("status.other-tab",{who:nameOf(identity.userId)}),{remedy:{
label:()=>words("status.use-here"),run:()=>{showScreen("desk"),remember(identity),openSession(),claim(identity.userId)}}})}function openSession(){taped!==null&&
taped!==who.userId&&(tape.clear(),connections.forget(),missed.clear()),taped=who.userId,session.open(who)}function signOut(){session.leave(),who={userId:"",displayName:""},
forget(),showScreen("sign-in")}function goAway(){releaseClaim(),returning.leave(who.userId)}function showScreen(screen){document.body.dataset.screen=screen,part(
"sign-in-card",HTMLElement).hidden=screen!=="sign-in",part("desk",HTMLElement).hidden=screen!=="desk",part("me",HTMLElement).hidden=screen!=="desk",renderWho(),
screen==="sign-in"&&focusFirst()}function follow(link2){document.body.dataset.link=link2.phase,link2.phase!=="connecting"&&(broken=link2.phase==="waiting"||link2.
phase==="over"),link2.phase==="online"&&attach(link2.me),(link2.phase==="over"||link2.phase==="away")&&(room.drop(),releaseClaim()),sayLink(link2),render2()}function attach(me){
if(me===attached)return;attached=me,taped=me.userId,who={...who,userId:me.userId},learn(me.userId,who.displayName),renderWho(),people.attach(me),chat.attach(me),
blocking.attach(me),me.on("call",({userId,name})=>{learn(userId,name),call.free||say("warning",()=>words("incoming.title",{who:nameOf(userId)}))}),me.on("call",
ringing2=>returning.rung(ringing2)),call.attach(me,who.displayName||me.userId),room.attach(me,who.displayName||me.userId),errors2.attach(me);let asked=roomForm.
asked();asked&&enterRoom(asked)}function sayLink(link2){switch(link2.phase){case"connecting":return stand("calm",()=>words("status.connecting"));case"online":return stand(
"good",()=>words("status.online",{who:nameOf(who.userId)})),returning.tell(who.userId);case"waiting":return stand("warning",()=>words("status.waiting",{why:closeWords(
link2.closing)}),{code:closeCode(link2.closing),remedy:{label:()=>words("status.try-now"),run:()=>session.retryNow()}});case"over":return sayOver(link2);case"aw\
ay":return stand("calm",()=>words("status.away"))}}function sayOver({error,closing}){let identity=who,why=()=>closing&&closing.code!==1006?closeWords(closing,identity):
errorWords(error,nameOf);if(attached){let remedy={label:()=>words("status.again"),run:()=>signIn(identity)};return stand("bad",why,{code:closeCode(closing,error),
remedy})}let asksForToken=closing?.code===4501;asksForToken&&askForToken(!0),forget(),showScreen("sign-in");let code=asksForToken&&!identity.token?closeCode(closing):
closeCode(closing,error);stand("bad",why,{code})}function sayNotice(){let sending=call.sending??room.sending;if(sending||(unsay(notice),notice=null),!sending?.notice.
problem)return;let{problem:problem3,missing}=sending.notice;sending.notice={problem:"",missing:""},notice=say("calm",()=>words("media.instead",{problem:words(problem3),
missing:words(missing)}))}function sayMissed(end){chat.missed(end.peer),missed.add(end.peer);let{count:count2,callers}=missed;count2>1?say("calm",()=>words("mis\
sed.many",{count:count2,who:callers.map(nameOf).join(", ")})):call.call&&say("calm",()=>endWords(end,nameOf))}function sayLeft({name,error}){if(session.me&&session.
me.state!=="closed"&&roomForm.show(null),chat.partner===roomKey(name)&&chat.render(),error)error.code!=="closed"&&say("bad",()=>errorWords(error,nameOf),{code:String(
error.code)});else{let said2=say("calm",()=>words("room.left",{room:name}));setTimeout(()=>unsay(said2),SHORT)}}function enterRoom(name){!call.free||room.phase!==
"out"||(call.forget(),roomForm.show(name),chat.show(roomKey(name)),people.setPicked(roomKey(name)),room.join(name))}function startCall(userId){room.phase!=="out"||
isRoom(userId)||(chat.show(userId),call.start(userId))}function callAgain(){call.state.phase==="ended"&&startCall(call.state.peer)}function accept(ringing2){room.
leave(),call.accept(ringing2)}function block(ringing2){call.reject(ringing2),blocking.block(ringing2.userId)}function ownName(){let{userId}=who,name=cleaned(who.
displayName);return name&&name!==userId?`${isolated(name)} (${userId})`:userId}async function changeLanguage(){try{await setLanguage(language()==="en"?"zh":"en")}catch(failure2){
say("warning",()=>words("language.failed"),{code:String(failure2)})}}function renderWho(){let other2=language()==="en"?{lang:"zh-Hans",text:"中文"}:{lang:"en",
text:"English"};Object.assign(part("language",HTMLButtonElement),{lang:other2.lang,textContent:other2.text}),Object.assign(part("my-name",HTMLElement),{textContent:who.
displayName||who.userId,title:ownName()}),part("my-avatar",HTMLElement).replaceChildren(avatar(who.displayName||who.userId,who.userId))}function desk(){return{call,
room,connections,nameOf,me:session.me?.userId??who.userId,online:session.online,broken}}function render2(){call.call&&call.call.state!=="ringing"&&connections.follow(
call.call,"call");for(let{peer}of room.guests.values())connections.follow(peer,"room");let now=desk(),callable=session.online&&call.free&&room.phase==="out";ringing.
render(now),stage3.render(now),controls.render(now,callable),people.setCallable(callable),roomForm.render({phase:room.phase,joinable:callable}),people.render(),
chat.render(),blocking.render(chat.partner),renderUnread()}function renderUnread(){chatCount.render(room.phase!=="out"||call.state.phase==="connecting"||call.state.
phase==="connected"),renderTitle()}function renderTitle(){let{state}=call,signedIn=document.body.dataset.screen==="desk",unread=chatCount.total>0?`(${chatCount.
total}) `:"";state.phase==="incoming"?document.title=words("incoming.title",{who:nameOf(state.peer)}):document.title=signedIn?`${unread}${who.displayName||who.userId}\
 · switchboard`:"switchboard"}function on(source,name,run){source.addEventListener(name,event=>run(event.detail))}
//# sourceMappingURL=page.js.map
