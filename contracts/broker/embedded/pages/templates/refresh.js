// Where scripts run, the page follows what is published without a reload; what was opened stays open.
setInterval(async () => {
  if (document.hidden || getSelection().toString()) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
    const main = document.querySelector("main");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    if (!fresh || fresh.dataset.state === main.dataset.state || main.contains(document.activeElement)) return;
    const open = new Set([...main.querySelectorAll("details[open]")].map((detail) => detail.id));
    fresh.querySelectorAll("details").forEach((detail) => { detail.open = open.has(detail.id); });
    main.replaceChildren(...fresh.childNodes);
    main.dataset.state = fresh.dataset.state;
    document.getElementById("updated").textContent = "Updated at " + new Date().toLocaleTimeString();
  } catch { /* The broker is away: what was seen stays. */ }
}, 10000);
