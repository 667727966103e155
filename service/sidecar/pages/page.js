// Keeps an open status page up to date: every two seconds it asks for the page's content and
// changes what differs, in place, so that scroll, focus, selection and open details stay.
// When the figures are old it says so: the sidecar does not answer, or this tab was asleep.
(() => {
  "use strict";
  const EVERY = 2000, WHILE_HIDDEN = 30000, PATIENCE = 5000, OLD = 8000;
  const main = document.querySelector("main");
  const notice = document.getElementById("notice");
  const icon = document.querySelector("link[rel=icon]");
  const opened = new Set();
  let answered = Date.now(), asked = answered, ticked = answered;
  let asking = false, failure = "";

  const change = (from, to) => {
    for (const { name } of [...from.attributes])
      if (name !== "open" && !to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes)
      if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    const before = [...from.childNodes], after = [...to.childNodes];
    after.forEach((node, at) => {
      const old = before[at];
      if (!old) from.append(node);
      else if (old.nodeName !== node.nodeName || old.id !== node.id) old.replaceWith(node);
      else if (node.nodeType === Node.ELEMENT_NODE) change(old, node);
      else if (old.data !== node.data) old.data = node.data;
    });
    before.slice(after.length).forEach((node) => node.remove());
  };

  const show = (markup) => {
    const next = new DOMParser().parseFromString(markup, "text/html").querySelector("main");
    if (!next?.dataset.edition) throw new Error("something else answers");
    if (next.dataset.edition !== main.dataset.edition) return location.reload();
    change(main, next);
    for (const details of main.querySelectorAll("details")) details.open = opened.has(details.id);
    if (icon.getAttribute("href") !== main.dataset.icon) icon.href = main.dataset.icon;
  };

  const ask = async () => {
    asking = true;
    asked = Date.now();
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch("?content", { cache: "no-store", signal });
      if (!answer.ok) throw new Error(`it says ${answer.status}`);
      show(await answer.text());
      answered = Date.now();
      failure = "";
    } catch (error) {
      failure = error.message;
    }
    asking = false;
    tell();
  };

  const tell = () => {
    const old = Date.now() - answered > OLD;
    const since = `${new Date(answered).toISOString().slice(11, 19)} UTC`;
    const why = failure ? "The sidecar does not answer" : "This tab was asleep";
    const text = old ? `${why}. These figures are of ${since}.` : "";
    if (notice.textContent !== text) notice.textContent = text;
    notice.title = failure;
    document.body.classList.toggle("old", old);
    document.title = old ? "Old figures · Headcount" : main.dataset.title;
  };

  const tick = () => {
    const now = Date.now();
    if (now - ticked > OLD) failure = "";  // Nothing was asked meanwhile, so nothing failed.
    ticked = now;
    if (!asking && now - asked >= (document.hidden ? WHILE_HIDDEN : EVERY)) ask();
    else if (!document.hidden) tell();
  };

  main.addEventListener("toggle", ({ target }) => {
    opened[target.open ? "add" : "delete"](target.id);
  }, true);
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, 500);
})();
