// The period of a lead list: naming two dates chooses "Between two dates", choosing another period forgets them.
"use strict";

document.addEventListener("change", (event) => {
  const period = document.getElementById("period");
  const dates = ["from", "to"].map((id) => document.getElementById(id));
  if (!period || !dates.every(Boolean)) return;
  if (dates.includes(event.target)) period.value = "dates";
  else if (event.target === period && period.value !== "dates") for (const date of dates) date.value = "";
  else if (event.target === period) event.target.form.querySelector("details").open = true;
}, true);
