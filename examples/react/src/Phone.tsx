import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { Call, Switchboard } from "@switchboard-signaling/client";
import { CallView, camera } from "./CallView";

/** Everybody who is online, and the calls. */
export function Phone({ me }: { me: Switchboard }) {
  const state = useSyncExternalStore(
    useCallback((changed) => me.on("state", changed), [me]),
    () => me.state,
  );
  const people = usePeople(me);
  const [calls, changed] = useCalls(me);
  const [problem, setProblem] = useState("");

  const ring = (userId: string) => {
    setProblem("");
    // The call is there from the first moment: what it comes to is told by its state, or by the promise.
    me.call(userId, { stream: camera }).catch((error) => setProblem(error.message));
    changed();
  };

  return (
    <>
      <p data-testid="state">{me.userId} is {state}.</p>
      <ul>
        {people.map(([userId, name]) => (
          <li key={userId}>
            {name ?? userId} <button onClick={() => ring(userId)} data-testid={`call-${userId}`}>Call</button>
          </li>
        ))}
      </ul>
      {problem && <p role="alert" data-testid="problem">{problem}</p>}
      {calls.map((call) => <CallView key={call.userId} call={call} onState={changed} onProblem={setProblem} />)}
    </>
  );
}

function usePeople(me: Switchboard) {
  const [people, setPeople] = useState(() => [...me.people]);
  useEffect(() => {
    const look = () => setPeople([...me.people]);
    look();
    return me.on("presence", look);
  }, [me]);
  return people;
}

/** The calls that have not ended, and a function that looks again. */
function useCalls(me: Switchboard): [Call[], () => void] {
  const [calls, setCalls] = useState<Call[]>([]);
  const look = useCallback(() => setCalls([...me.calls]), [me]);
  useEffect(() => {
    look();
    return me.on("call", look);
  }, [me, look]);
  return [calls, look];
}
