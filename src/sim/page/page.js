// Draws what changes, and sends what is pressed. No framework, nothing from elsewhere.
"use strict";

const address = new URL(location.href);
const look = { as: address.searchParams.get("as") || "octocat", run: address.searchParams.get("run") || "", room: address.searchParams.get("room") || "channel" };
let seen = document.body.dataset.seen || "";
let asking = null;
let opener = null;

const $ = (id) => document.getElementById(id);

// --- What changes -------------------------------------------------------------------------------------------------

// Makes `from` look like `to` and keeps what people are doing in it: typed text, open menus, focus, scrolling.
function morph(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) return void from.replaceWith(document.importNode(to, true));
  if (from.nodeType !== Node.ELEMENT_NODE) return void (from.data !== to.data && (from.data = to.data));
  const keeps = from.nodeName === "DETAILS";
  for (const { name, value } of [...to.attributes]) if (!(keeps && name === "open") && from.getAttribute(name) !== value) from.setAttribute(name, value);
  for (const { name } of [...from.attributes]) if (!(keeps && name === "open") && !to.hasAttribute(name) && name !== "aria-busy") from.removeAttribute(name);
  morphChildren(from, to);
}

function morphChildren(from, to) {
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const keyed = next.id ? [...from.children].find((child) => child.id === next.id) : null;
    const same = keyed || (!next.id && at && !at.id && at.nodeName === next.nodeName ? at : null);
    if (!same) { from.insertBefore(document.importNode(next, true), at); continue; }
    if (same === at) at = at.nextSibling; else from.insertBefore(same, at);
    morph(same, next);
  }
  while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
}

function draw(parts) {
  const roots = new Set([...document.querySelectorAll("[data-root]")].map((item) => item.id));
  const hadModal = $("screen").firstElementChild !== null;
  const focused = document.activeElement;
  for (const [id, html] of Object.entries(parts)) {
    const target = $(id);
    if (!target) continue;
    const template = document.createElement("template");
    template.innerHTML = html;
    morphChildren(target, template.content);
  }
  localTimes();
  screenChanged(hadModal);
  // A button that was pressed and is gone leaves the keyboard in its pane.
  if (!focused.isConnected && document.activeElement === document.body) $("channel").focus({ preventScroll: true });
  const fresh = [...document.querySelectorAll("[data-root]")].filter((item) => !roots.has(item.id)).pop();
  if (fresh) fresh.scrollIntoView({ block: fresh.classList.contains("private") ? "nearest" : "start" });
}

function localTimes() {
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  const today = new Intl.DateTimeFormat(undefined, clock);
  const earlier = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const now = new Date().toDateString();
  for (const time of document.querySelectorAll("#github time[datetime], .record time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = (at.toDateString() === now ? today : earlier).format(at);
  }
}

async function follow() {
  for (;;) {
    asking = new AbortController();
    const query = new URLSearchParams({ as: look.as, seen });
    if (look.run) query.set("run", look.run);
    query.set("room", look.room);
    try {
      const answer = await fetch(`/live?${query}`, { signal: asking.signal });
      $("connection").hidden = true;
      if (answer.status === 200) {
        const news = await answer.json();
        seen = news.seen;
        draw(news.parts);
      } else if (answer.status !== 204) throw new Error(answer.statusText);
    } catch (fault) {
      if (fault.name === "AbortError") continue;
      $("connection").hidden = false;
      await new Promise((wake) => setTimeout(wake, 1000));
    }
  }
}

// Someone else looks, or at another run: ask anew at once.
function lookAgain() {
  const query = new URLSearchParams({ as: look.as });
  if (look.run) query.set("run", look.run);
  if (look.room !== "channel") query.set("room", look.room);
  history.replaceState(null, "", `/?${query}`);
  for (const link of document.querySelectorAll("[data-as]")) {
    if (link.dataset.as === look.as) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  }
  for (const link of document.querySelectorAll("[data-room]")) {
    if (link.dataset.room === look.room) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  }
  // Slack tells the app when somebody opens its Home tab.
  if (look.room === "home") send("/slack/home", {});
  asking?.abort();
}

// --- Modals -------------------------------------------------------------------------------------------------------

function screenChanged(hadModal) {
  const modal = $("screen").querySelector(".sk-modal");
  for (const part of document.querySelectorAll("main, .tabs, header.top, footer")) part.inert = modal !== null;
  if (modal && modal.dataset.shown !== modal.dataset.view) {
    modal.dataset.shown = modal.dataset.view;
    (modal.querySelector("[autofocus], textarea, input, select") || modal.querySelector(".sk-modal-foot button")).focus();
  } else if (!modal && hadModal) {
    (opener?.isConnected ? opener : $("channel")).focus();
  }
}

// --- What is pressed ----------------------------------------------------------------------------------------------

async function send(path, fields, pressed) {
  pressed?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(path, { method: "POST", headers: { "x-demo": "1" }, body: new URLSearchParams({ as: look.as, ...fields }) });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) toast(body.error || answer.statusText);
    return body;
  } catch {
    toast("The demo does not answer. It may have been stopped.");
    return {};
  } finally {
    pressed?.removeAttribute("aria-busy");
  }
}

let toastTimer = 0;
function toast(text) {
  const toast = $("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 6000);
}

function place(control) {
  const { channel = "", ts = "", view = "", actionId } = control.dataset;
  return { channel, ts, view, action_id: actionId };
}

document.addEventListener("click", async (event) => {
  const target = event.target.closest("button, a");
  closeMenus(event.target);
  if (!target) return;
  const data = target.dataset;
  if (target.hasAttribute("popovertarget")) { if (!target.closest("[popover]")) opener = target; return; }
  if (data.as || data.runLink || data.room) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (data.as) look.as = data.as; else if (data.room) look.room = data.room; else look.run = data.runLink;
    lookAgain();
  } else if (data.show) {
    show(data.show);
  } else if (data.start) {
    const { run } = await send("/github/start", { offer: data.start }, target);
    if (run) { look.run = String(run); lookAgain(); }
  } else if (data.law) {
    await send("/github/policy", { law: data.law }, target);
    for (const one of document.querySelectorAll("[data-law]")) one.setAttribute("aria-pressed", String(one === target));
  } else if (data.push) {
    await send("/clock", { ms: data.push }, target);
  } else if (data.runAct) {
    await send("/github/act", { run: data.run, act: data.runAct }, target);
  } else if (data.close) {
    await send("/slack/close", { view: data.close }, target);
  } else if (data.dismiss) {
    await send("/slack/dismiss", {}, target);
  } else if (data.shortcut) {
    const menu = target.closest("details.menu");
    if (menu) menu.open = false;
    opener = menu ? menu.querySelector("summary") : target;
    await send("/slack/shortcut", { shortcut: data.shortcut, channel: data.channel || "", ts: data.ts || "" }, target);
  } else if (data.openThread) {
    const thread = $(`thread-${data.openThread}`);
    if (thread) { thread.open = !thread.open; if (thread.open) thread.querySelector("summary").focus(); }
  } else if (data.actionId && target.nodeName === "A") {
    // The browser opens its address by itself; Slack tells the app that it was pressed.
    send("/slack/press", { ...place(target), value: data.value || "" });
  } else if (data.actionId && target.nodeName === "BUTTON") {
    if (!data.view) opener = target;
    target.closest("[popover]")?.hidePopover();
    const menu = target.closest("details.sk-overflow");
    if (menu) { menu.open = false; opener = menu.querySelector("summary"); }
    await send("/slack/press", { ...place(target), value: data.value || "", option: data.option || "" }, target);
  }
});

document.addEventListener("change", (event) => {
  const control = event.target;
  const acts = control.dataset.actionId && !control.closest(".sk-input") && control.value;
  if (acts) send("/slack/press", { ...place(control), option: control.value });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.command) {
    event.preventDefault();
    const input = form.querySelector("input");
    if (look.room !== "channel") { look.room = "channel"; lookAgain(); }
    send("/slack/command", { text: input.value }, form.querySelector("[type=submit]"));
    input.value = "";
    return;
  }
  if (!form.dataset.view) return;
  event.preventDefault();
  const fields = {};
  for (const [name, value] of new FormData(form)) fields[name] = name in fields ? `${fields[name]},${value}` : value;
  send("/slack/submit", { view: form.dataset.view, fields: JSON.stringify(fields) }, form.querySelector("[type=submit]"));
});

document.addEventListener("keydown", (event) => {
  const modal = $("screen")?.querySelector(".sk-modal");
  if (event.key === "Escape" && modal) return void send("/slack/dismiss", {});
  if (event.key === "Escape") closeMenus(document.body);
  if (event.key === "Tab" && modal) keepFocusIn(modal, event);
});

function keepFocusIn(modal, event) {
  const stops = [...modal.querySelectorAll("button, [href], input, select, textarea, summary")].filter((stop) => !stop.disabled && stop.offsetParent);
  const [first, last] = [stops[0], stops[stops.length - 1]];
  const leaves = event.shiftKey ? document.activeElement === first : document.activeElement === last;
  if (leaves || !modal.contains(document.activeElement)) { event.preventDefault(); (event.shiftKey ? last : first)?.focus(); }
}

function closeMenus(besides) {
  for (const menu of document.querySelectorAll("details.menu[open], details.sk-overflow[open]")) if (!menu.contains(besides)) menu.open = false;
}

// --- Panes of a narrow screen ---------------------------------------------------------------------------------------

function show(pane) {
  document.querySelector("main").dataset.pane = pane;
  for (const tab of document.querySelectorAll("[data-show]")) tab.setAttribute("aria-pressed", String(tab.dataset.show === pane));
}

localTimes();
if ($("screen")) {
  screenChanged(false);
  if (look.room === "home") send("/slack/home", {});
  document.querySelector("#channel [data-root]:last-child")?.scrollIntoView({ block: "start" });
  follow();
}
