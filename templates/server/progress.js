// The only script here. It brings the progress of a run up to date, and proposes the time zone of
// the machine on a form that nobody has filled in yet. Without it a person reloads, and chooses.
"use strict";

(() => {
  const EVERY = 2000; // milliseconds
  const SLOWEST = 30000;

  const watch = (box) => {
    const message = box.querySelector("[data-message]");
    const detail = box.querySelector("[data-detail]");
    const bar = box.querySelector("progress");
    let wait = EVERY;

    const look = async () => {
      try {
        const answer = await fetch(box.dataset.watch, { credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        const now = await answer.json();
        if (!now.again) {
          location.reload();
          return;
        }
        // Only what changed is said anew, for who listens to the page.
        if (message.textContent !== now.message) message.textContent = now.message;
        if (detail.textContent !== now.detail) detail.textContent = now.detail;
        bar.hidden = now.to_write === 0;
        if (now.to_write > 0) {
          bar.max = now.to_write;
          bar.value = now.written;
        }
        wait = EVERY;
      } catch {
        wait = Math.min(2 * wait, SLOWEST);
      }
      setTimeout(look, wait);
    };
    setTimeout(look, wait);
  };

  const propose = (select) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = [...select.options].some((option) => option.value === zone);
    if (known) select.value = zone;
  };

  for (const box of document.querySelectorAll("[data-watch]")) watch(box);
  for (const select of document.querySelectorAll("select[data-zone]")) propose(select);
})();
