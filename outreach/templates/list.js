(() => {
  const controls = document.getElementById("controls");
  const bodies = [...document.querySelectorAll(".list tbody")];
  const rows = bodies.flatMap((body) => [...body.rows]);
  const chunk = bodies[0].rows.length;
  const [find, tier, order, shown] = ["find", "tier", "order", "shown"].map((id) => document.getElementById(id));
  const number = (row, at) => { const n = parseFloat(row.cells[at].textContent.replace(/,/g, "")); return isNaN(n) ? -1 : n; };
  const ways = {
    rank: (a, b) => number(a, 0) - number(b, 0),
    risk: (a, b) => number(b, 3) - number(a, 3) || ways.rank(a, b),
    members: (a, b) => number(b, 4) - number(a, 4) || ways.rank(a, b),
    name: (a, b) => a.cells[1].textContent.localeCompare(b.cells[1].textContent) || ways.rank(a, b),
  };
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = (tier.value && row.cells[2].textContent.trim() !== tier.value) || !words.every((w) => text.includes(w));
      count += !row.hidden;
    }
    for (const body of bodies) body.hidden = [...body.rows].every((row) => row.hidden);
    shown.textContent = count.toLocaleString("en-US") + " of " + rows.length.toLocaleString("en-US") + " practices shown";
  };
  find.addEventListener("input", filter);
  tier.addEventListener("change", filter);
  order.addEventListener("change", () => {
    rows.sort(ways[order.value]).forEach((row, at) => bodies[Math.floor(at / chunk)].append(row));
    filter();
  });
  controls.hidden = false;
})();
