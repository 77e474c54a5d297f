// The little that needs a script: printing, copying an address, and keeping the live connection, or saying that it is gone.
document.documentElement.classList.add("js");

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-print], [data-copy]");
  if (!link) return;
  if (link.matches("[data-print]")) {
    event.preventDefault();
    window.print();
  } else if (navigator.clipboard) {
    event.preventDefault();
    await navigator.clipboard.writeText(link.href);
    link.textContent = "Link copied";
  }
});

const lost = () => {
  const words = document.getElementById("fresh-words");
  if (!words) return;
  words.textContent = "Live updates are paused: reconnecting. Figures may be older than they look.";
  words.parentElement.className = "fresh fresh--late";
};
document.addEventListener("htmx:sse:error", lost);

// htmx connects again what was connected once, and leaves a first connection that was refused or broke.
const SOONEST = 500, LATEST = 60000;
let wait = 0, connected = false;
const again = (response) => {
  lost();
  const told = 1000 * (parseInt(response?.headers.get("Retry-After"), 10) || 0);
  wait = Math.min(Math.max(2 * wait, told, SOONEST), LATEST);
  setTimeout(() => {
    const live = document.getElementById("live");
    if (live && !connected) htmx.ajax("GET", live.getAttribute("hx-sse:connect"), { source: live });
  }, wait * (0.8 + 0.4 * Math.random()));
};
document.addEventListener("htmx:sse:after:connection", (event) => {
  connected = true;
  // What changed while there was no connection was told to nobody.
  if (wait) htmx.trigger(event.target, "everything");
  wait = 0;
});
document.addEventListener("htmx:sse:close", () => { connected = false; });
document.addEventListener("htmx:finally:request", (event) => {
  if (event.target.id === "live" && !connected) again(event.detail?.ctx?.response);
});
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail?.ctx?.response?.status === 401) window.location.reload();
});
