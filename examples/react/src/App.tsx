import { useState, type FormEvent } from "react";
import { Phone } from "./Phone";
import { useSwitchboard } from "./useSwitchboard";

/** Asks for a user id, and is a phone as long as that user is signed in. */
export function App({ server }: { server: string }) {
  const [userId, setUserId] = useState<string | null>(null);
  if (userId === null) return <SignIn onSignIn={setUserId} />;
  return <SignedIn server={server} userId={userId} onSignOut={() => setUserId(null)} />;
}

function SignIn({ onSignIn }: { onSignIn: (userId: string) => void }) {
  const signIn = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSignIn(String(new FormData(event.currentTarget).get("user")));
  };
  return (
    <form onSubmit={signIn}>
      <label>
        User id <input name="user" required data-testid="user" />
      </label>
      <button data-testid="sign-in">Sign in</button>
    </form>
  );
}

/** Connects when it is mounted, and closes the client when it is unmounted. */
function SignedIn({ server, userId, onSignOut }: { server: string; userId: string; onSignOut: () => void }) {
  const { me, error } = useSwitchboard(server, userId);
  return (
    <main>
      <button onClick={onSignOut} data-testid="sign-out">Sign out</button>
      {error && <p role="alert" data-testid="error">{error.message} ({error.advice})</p>}
      {me ? <Phone me={me} /> : !error && <p>Connecting …</p>}
    </main>
  );
}
