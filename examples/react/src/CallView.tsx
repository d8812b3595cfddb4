import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import type { Call } from "@switchboard-signaling/client";

/** Given as a function, it is asked when the stream is needed, and the library stops the tracks when the call ends. */
export const camera = () => navigator.mediaDevices.getUserMedia({ audio: true, video: true });

type Props = { call: Call; onState: () => void; onProblem: (problem: string) => void };

/** One call, from ringing to its end. */
export function CallView({ call, onState, onProblem }: Props) {
  const state = useSyncExternalStore(
    useCallback((changed) => call.on("state", changed), [call]),
    () => call.state,
  );
  useEffect(() => call.on("state", onState), [call, onState]);

  // It fails where the camera is denied, for one.
  const accept = () => call.accept({ stream: camera }).catch((error) => onProblem(error.message));

  return (
    <section data-testid="call">
      <p data-testid="call-state">{call.userId}: {state}</p>
      {call.incoming && state === "ringing" && (
        <button onClick={accept} data-testid="accept">Accept</button>
      )}
      <button onClick={() => call.hangUp()} data-testid="hang-up">Hang up</button>
      <Video stream={call.remoteStream} />
    </section>
  );
}

/** `srcObject` is no attribute, so React cannot set it. */
function Video({ stream }: { stream: MediaStream }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    video.current!.srcObject = stream;
  }, [stream]);
  return <video ref={video} autoPlay playsInline data-testid="remote-video" />;
}
