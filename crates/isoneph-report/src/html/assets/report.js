"use strict";
(() => {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const form = document.querySelector("form.filters");
  const field = (id) => document.getElementById(id);
  const weight = { low: 1, medium: 2, high: 3, critical: 4 };
  const rows = all("tr.row");
  const value = (id) => (field(id) ? field(id).value : "");

  const apply = () => {
    const text = value("f-text").trim().toLowerCase();
    const [role, control, service] = [value("f-role"), value("f-control"), value("f-service")];
    const least = weight[value("f-severity")] || 0;
    const outcomes = new Set(all("input[name=o]:checked", form).map((box) => box.value));
    const narrow = text || service || least || outcomes.size < 4;
    let shown = 0;
    for (const section of all("section.control")) {
      const wanted = !control || section.dataset.c === control;
      const head = text && section.querySelector("h3").textContent.toLowerCase().includes(text);
      let here = 0;
      for (const check of all("details.check", section)) {
        const fits = wanted && weight[check.dataset.sev] >= least && (!role || check.dataset.roles.split(" ").includes(role));
        const titled = head || (text && check.querySelector("summary").textContent.toLowerCase().includes(text));
        let visible = 0;
        for (const row of all("tr.row", check)) {
          const show = fits && outcomes.has(row.dataset.o) && (!service || row.dataset.s === service)
            && (!text || titled || row.textContent.toLowerCase().includes(text));
          row.hidden = !show;
          visible += show ? 1 : 0;
        }
        check.hidden = !fits || (narrow && visible === 0);
        here += check.hidden ? 0 : 1;
        shown += visible;
      }
      section.hidden = !wanted || (narrow && here === 0 && !(head && !least && !service && outcomes.size === 4));
    }
    for (const part of all("[data-role]")) part.classList.toggle("off", Boolean(role) && part.dataset.role !== role);
    const count = field("f-count");
    count.textContent = count.dataset.text.replace("#shown", shown).replace("#total", rows.length);
  };

  const open = (state) => all("details.check").forEach((check) => { check.open = state; });
  const show = () => {
    const target = location.hash && field(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
    if (target && target.closest("[hidden]")) { form.reset(); apply(); target.scrollIntoView(); }
  };

  let closed = [];
  addEventListener("beforeprint", () => { closed = all("details:not([open])"); closed.forEach((d) => { d.open = true; }); });
  addEventListener("afterprint", () => { closed.forEach((d) => { d.open = false; }); });
  addEventListener("hashchange", show);
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  field("f-open").addEventListener("click", () => open(true));
  field("f-close").addEventListener("click", () => open(false));
  form.hidden = false;
  apply();
  show();
})();
