import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

const server = document.querySelector<HTMLMetaElement>("meta[name=signaling-server]")!.content;

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App server={server} />
  </StrictMode>,
);
