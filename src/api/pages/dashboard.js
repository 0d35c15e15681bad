// Keeps the dashboard fresh: every 15 seconds, only while it is looked at, and never while
// somebody selects text or works in the content. The page is whole without it.
"use strict";

(() => {
  const EVERY = 15_000;
  const line = document.getElementById("updates");
  const words = document.createElement("span");
  words.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  line.append(words, button);
  let paused = false;
  let broken = false;

  const say = () => {
    const text = paused ? "Updates paused" : broken ? "No answer; shown is the last one" : "";
    // A status is read out when it changes, so it is left alone otherwise.
    if (words.textContent !== text) words.textContent = text;
    button.textContent = paused ? "Resume updates" : "Pause updates";
  };

  const busy = () => {
    const main = document.getElementById("main");
    const selection = document.getSelection();
    return (document.activeElement !== main && main.contains(document.activeElement)) ||
      (selection && !selection.isCollapsed);
  };

  /** How far each table is scrolled, by its caption; `put` scrolls the new ones so. */
  const boxes = () => [...document.querySelectorAll(".scroll")];
  const scrolled = () => new Map(boxes().map((box) => [box.getAttribute("aria-labelledby"), box.scrollLeft]));
  const put = (places) => boxes().forEach((box) => {
    box.scrollLeft = places.get(box.getAttribute("aria-labelledby")) ?? 0;
  });

  const refresh = async () => {
    if (paused || document.hidden || busy()) return;
    try {
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
      const shown = document.getElementById("main");
      broken = !fresh;
      // Asked again: the answer may have taken a while.
      if (fresh && !paused && !busy() && fresh.innerHTML !== shown.innerHTML) {
        const places = scrolled();
        shown.replaceChildren(...document.adoptNode(fresh).childNodes);
        put(places);
      }
    } catch {
      broken = true;
    }
    say();
  };

  button.addEventListener("click", () => {
    paused = !paused;
    say();
    if (!paused) refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EVERY);
  say();
})();
