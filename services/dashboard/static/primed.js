// The little that needs a script: printing, copying an address, and saying when the live connection is gone.
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
  words.textContent = "Not connected: figures may be older than they look. Trying again.";
  words.parentElement.className = "fresh fresh--late";
};
document.addEventListener("htmx:sse:error", lost);
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail?.ctx?.response?.status === 401) window.location.reload();
});
